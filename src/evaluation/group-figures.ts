import { SCORE_FOR_FAR } from '../score/calibration.js'
import type { DataSet } from './data-set.js'
import type { Outcome } from './face-vectors.js'
import { countFrom, pairsNeeded } from './figures.js'
import type { GroupedDataSet } from './groups.js'
import type { Tally } from './tally.js'

/** The scores that a service decides by, and the false accept rate that each promises. */
export const PROMISES = SCORE_FOR_FAR.map(([far, score]) => ({ score, far })).filter(({ score }) => score >= 70)

/** Pairs, and how many of them reach each score of {@link PROMISES}. */
export interface Counted {
  readonly pairs: number
  readonly accepted: readonly number[]
}

export interface GroupFigures {
  readonly name: string
  /** Absent where the pairs come from a list. */
  readonly persons?: number
  readonly pictures: number
  /** Pictures that show a face which is compared: none that is shown too poorly, where such faces are refused. */
  readonly found: number
  /** Of one person; one with a picture that is not compared is not accepted. */
  readonly genuine: Counted
  /** Of two persons of the group. */
  readonly strangers: Counted
}

/** The group with the largest share of strangers at a score. */
export interface WorstGroup {
  readonly score: number
  /** What the score promises. */
  readonly far: number
  readonly group: string
  readonly pairs: number
  readonly accepted: number
  /** Whether the group has as many pairs as the rate needs. */
  readonly supported: boolean
}

export interface GroupReport {
  readonly groups: readonly GroupFigures[]
  /** For each score of {@link PROMISES}; none where no group has a pair of strangers. */
  readonly worst: readonly WorstGroup[]
  /** The worst among the groups that have as many pairs as the rate needs. */
  readonly worstSupported: readonly WorstGroup[]
  readonly unknownNames: { readonly count: number; readonly first: readonly string[] }
  readonly personsWithout?: number
  readonly picturesWithout: number
  readonly genuineAcross: number
}

const SHOWN_UNKNOWN = 5

/**
 * @param tallies of the groups, by the places of their names
 * @param bins those of the scores of {@link PROMISES}
 */
export function reportGroups(
  grouped: GroupedDataSet,
  { pairing }: DataSet,
  outcomes: readonly Outcome[],
  tallies: readonly Tally[],
  bins: readonly number[],
): GroupReport {
  const { names, groupOf, unknownNames, personsWithout, picturesWithout, genuineAcross } = grouped
  const groups = tallies.map((tally, group): GroupFigures => {
    const members = [...groupOf.keys()].filter((i) => groupOf[i] === group)
    const persons = pairing.kind === 'all' ? new Set(members.map((i) => pairing.personOf[i])).size : undefined
    return {
      name: names[group] ?? '',
      ...(persons !== undefined && { persons }),
      pictures: members.length,
      found: members.filter((i) => 'face' in (outcomes[i] ?? {})).length,
      ...countAccepted(tally, bins),
    }
  })
  return {
    groups,
    worst: listWorst(groups),
    worstSupported: listWorst(groups, (pairs, far) => pairs >= pairsNeeded(far)),
    unknownNames: { count: unknownNames.length, first: unknownNames.slice(0, SHOWN_UNKNOWN) },
    ...(personsWithout !== undefined && { personsWithout }),
    picturesWithout,
    genuineAcross,
  }
}

/** The pairs of a group and those that reach bins. Strangers that cannot be compared are no pair: nobody is accepted. */
export function countAccepted(
  { genuine, impostor, failed }: Tally,
  bins: readonly number[],
): { readonly genuine: Counted; readonly strangers: Counted } {
  const count = (counts: Uint32Array, missed: number) => ({
    pairs: countFrom(counts, 0) + missed,
    accepted: bins.map((bin) => countFrom(counts, bin)),
  })
  return { genuine: count(genuine, failed.genuine), strangers: count(impostor, 0) }
}

/** The share at each score of {@link PROMISES}; 0 where there are no pairs. */
export function sharesOf({ accepted, pairs }: Counted): readonly number[] {
  return accepted.map((count) => count / Math.max(1, pairs))
}

/** For each score of {@link PROMISES} the group with the largest share, of equal ones the first. */
export function findWorst<Group extends Counted>(groups: readonly Group[]): readonly (Group | undefined)[] {
  const shareOf = (group: Group, at: number) => sharesOf(group)[at] ?? 0
  return PROMISES.map((_, at) => groups.toSorted((p, q) => shareOf(q, at) - shareOf(p, at))[0])
}

function listWorst(
  groups: readonly GroupFigures[],
  counts: (pairs: number, far: number) => boolean = (pairs) => pairs > 0,
): readonly WorstGroup[] {
  return PROMISES.flatMap(({ score, far }, at) => {
    const asked = groups.flatMap(({ name, strangers }) =>
      counts(strangers.pairs, far) ? [{ group: name, ...strangers }] : [],
    )
    const worst = findWorst(asked)[at]
    if (!worst) return []
    const { group, pairs, accepted } = worst
    return [{ score, far, group, pairs, accepted: accepted[at] ?? 0, supported: pairs >= pairsNeeded(far) }]
  })
}
