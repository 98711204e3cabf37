import type { GroupAttributes, Told } from './attribute-figures.js'
import { formatTable } from './figures.js'

/** What bench/attributes.ts writes. Shares are 0..1, angles degrees. */
export interface AttributeResults {
  readonly groups: readonly GroupAttributes[]
  /** By the publisher's networks for age and sex, means over groups and sexes. */
  readonly networks: readonly { readonly children: boolean; readonly ageError: number; readonly sexRight: number }[]
  /** Men (yes) and women (no) of the labelled press photographs. */
  readonly press: Told
  readonly glasses: Told
  readonly smile: Told
  readonly laugh: Told
  readonly expressions: readonly { readonly name: string; readonly count: number; readonly median: number }[]
  readonly roll: readonly {
    readonly degrees: number
    readonly found: number
    readonly error: number
    /** Nineteen of twenty are no further off. */
    readonly worst: number
  }[]
  readonly mirror: {
    readonly pairs: number
    readonly yawError: number
    readonly yawWorst: number
    readonly pitchError: number
    readonly yawSpread: number
    /** Turned by more than ten degrees, and to the same side as their mirror image. */
    readonly sameSign: number
  }
}

export function describeAttributes({
  groups,
  networks,
  press,
  glasses,
  smile,
  laugh,
  expressions,
  roll,
  mirror,
}: AttributeResults): string {
  return [
    formatTable([
      ['group', 'pictures', 'found', 'age error', 'bias', 'sex right, %'],
      ...groups.map(({ group, sex, pictures, found, ageError, ageBias, sexRight }) => [
        `${group}, ${sex}`,
        String(pictures),
        String(found),
        ageError.toFixed(1),
        ageBias.toFixed(1),
        (100 * sexRight).toFixed(1),
      ]),
    ]),
    ...networks.map(
      ({ children, ageError, sexRight }) =>
        `networks, ${children ? 'children' : 'adults'}: age error ${ageError.toFixed(1)}, sex right ${(100 * sexRight).toFixed(1)} %`,
    ),
    `press photographs: ${describeTold(press)}`,
    `glasses: ${describeTold(glasses)}`,
    `smile: ${describeTold(smile)}`,
    `laugh: ${describeTold(laugh)}`,
    ...expressions.map(({ name, count, median }) => `${name}: ${count}, median ${median.toFixed(0)}`),
    formatTable([
      ['turned by', 'found', 'error', '95 %'],
      ...roll.map(({ degrees, found, error, worst }) => [
        String(degrees),
        String(found),
        error.toFixed(1),
        worst.toFixed(1),
      ]),
    ]),
    `mirror images of ${mirror.pairs}: yaw ${mirror.yawError.toFixed(1)} (95 %: ${mirror.yawWorst.toFixed(1)}; spread ${mirror.yawSpread.toFixed(1)}), pitch ${mirror.pitchError.toFixed(1)}, to the same side ${mirror.sameSign}`,
  ].join('\n\n')
}

function describeTold({ yes, no, yesRight, noRight }: Told): string {
  return `${yesRight} of ${yes} told, ${noRight} of ${no} without told`
}
