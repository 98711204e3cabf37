import { pairsNeeded } from './figures.js'
import { type Counted, type GroupReport, PROMISES, sharesOf, type WorstGroup } from './group-figures.js'
import { percent } from './report-text.js'

/** A table by group as text and page show it: the first row is its heads. */
interface GroupTable {
  readonly title: string
  readonly rows: readonly (readonly string[])[]
}

/** Stands at a share of fewer pairs than its promise needs. */
const FEW = '*'

/** The tables of a report by group. */
export function tabulateGroups({ groups, worst, worstSupported }: GroupReport): readonly GroupTable[] {
  const heads = PROMISES.map(({ score }) => `at ${score}`)
  const withPersons = groups.some(({ persons }) => persons !== undefined)
  return [
    {
      title: 'By group: genuine pairs that are accepted',
      rows: [
        ['', ...(withPersons ? ['persons'] : []), 'pictures', 'pairs', ...heads],
        ...groups.map(({ name, persons, pictures, genuine }) => [
          name,
          ...(withPersons ? [String(persons ?? '')] : []),
          String(pictures),
          String(genuine.pairs),
          ...sharesOf(genuine).map((share) => (genuine.pairs > 0 ? percent(share) : '-')),
        ]),
      ],
    },
    {
      title: 'By group: pairs of strangers of one group that are accepted',
      rows: [
        ['', 'pairs', ...heads],
        ['promised', '', ...PROMISES.map(({ far }) => `${Number((100 * far).toPrecision(2))} %`)],
        ...groups.map(({ name, strangers }) => [name, String(strangers.pairs), ...formatStrangers(strangers)]),
      ],
    },
    {
      title: 'The worst group for strangers',
      rows: [
        ['', 'group', 'accepted', 'pairs'],
        ...PROMISES.flatMap(({ score }) => [
          ...formatWorst(
            worst.find((entry) => entry.score === score),
            worstSupported.find((entry) => entry.score === score),
            `at ${score}`,
          ),
        ]),
      ],
    },
  ]
}

function formatStrangers(strangers: Counted): readonly string[] {
  return sharesOf(strangers).map((share, at) => {
    const needed = pairsNeeded(PROMISES[at]?.far ?? 1)
    if (strangers.pairs === 0) return `-${FEW}`
    return `${percent(share)} (${strangers.accepted[at] ?? 0})${strangers.pairs < needed ? FEW : ' '}`
  })
}

/** The worst of all, and where it has few pairs the worst of those that have enough. */
function formatWorst(
  worst: WorstGroup | undefined,
  supported: WorstGroup | undefined,
  title: string,
): readonly (readonly string[])[] {
  if (!worst) return [[title, 'no group has pairs of strangers', '', '']]
  const row = (first: string, { group, pairs, accepted }: WorstGroup, mark: string) =>
    accepted > 0
      ? [first, group, percent(accepted / pairs), `${accepted} of ${pairs}${mark}`]
      : [first, 'no pair of any group', '', '']
  if (worst.supported || worst.accepted === 0) return [row(title, worst, '')]
  const enough = 'with pairs enough'
  return [row(title, worst, FEW), supported ? row(enough, supported, '') : [enough, 'none', '', '']]
}

/** Persons, where they are known, and pictures of a data set, those without a group included. */
export interface Totals {
  readonly persons?: number | undefined
  readonly pictures: number
}

/** What has to be said beside the tables, each a line. */
export function noteGroups(report: GroupReport, { persons, pictures }: Totals): readonly string[] {
  const { groups, personsWithout = 0, picturesWithout, unknownNames, genuineAcross } = report
  const isFew = groups.some(({ strangers }) => PROMISES.some(({ far }) => strangers.pairs < pairsNeeded(far)))
  const needed = PROMISES.map(({ score, far }) => `${pairsNeeded(far)} at ${score}`)
  const { count, first } = unknownNames
  const more = count > first.length ? `, and ${count - first.length} more` : ''
  return [
    ...(isFew ? [`${FEW} fewer pairs than the promise needs: ${needed.join(', ')}`] : []),
    ...(picturesWithout > 0
      ? [
          `without a group: ${persons === undefined ? '' : `${personsWithout} of ${persons} persons, `}` +
            `${picturesWithout} of ${pictures} pictures`,
        ]
      : []),
    ...(genuineAcross > 0 ? [`genuine pairs across two groups, counted in neither: ${genuineAcross}`] : []),
    ...(count > 0 ? [`unknown names in the groups file: ${count} (${first.join(', ')}${more})`] : []),
  ]
}
