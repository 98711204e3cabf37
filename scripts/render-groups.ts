/** The tables of what strangers of one group score, and of what that costs genuine pairs. */
import { formatMarkdownTable as table } from '../bench/figures.js'
import { isChild, type PackGroups, type PeopleFigures } from '../bench/group-figures.js'
import { PROMISES, sharesOf } from '../src/evaluation/group-figures.js'
import type { Words } from './result-words.js'

/** As bench/groups.ts writes it: the latest pack first. */
interface GroupsResult {
  readonly packs: readonly PackGroups[]
}

/** Shares of stranger pairs that reach a score: those of the latest pack, and beside them those of packs before it. */
export function renderGroups({ packs }: GroupsResult, words: Words): string {
  const [latest, ...earlier] = packs
  const heads = PROMISES.flatMap(({ score, far }) => [
    words.atScore(score, twoDigits(100 * far)),
    ...earlier.map(() => words.before),
  ])
  const rows = latest?.groups.map((group) => {
    const before = earlier.map(({ groups }) => groups.find((g) => g.group === group.group && g.sex === group.sex))
    const cells = PROMISES.flatMap((_, at) =>
      [group, ...before].map((figures) => (figures ? twoDigits(100 * (sharesOf(figures)[at] ?? Number.NaN)) : '')),
    )
    return [words.groupNamed(group), `${group.found} / ${group.pictures}`, String(group.pairs), ...cells]
  })
  const worst = packs.map(({ pack, date, groups }) => {
    const adults = groups.filter((group) => !isChild(group))
    const multiples = PROMISES.map(({ far }, at) =>
      Math.max(...adults.map((group) => (sharesOf(group)[at] ?? 0) / far)),
    )
    return words.worstOfPack(pack, date.slice(0, 10), multiples.map(twoDigits))
  })
  return `${table([...words.groups, ...heads], rows ?? [])}\n\n${worst.join('\n')}`
}

/** The same of the latest pack alone, for the page that everybody reads. */
export function renderStrangers({ packs: [latest] }: GroupsResult, words: Words): string {
  const [strangers = '', , pairs = ''] = words.groups
  const heads = PROMISES.map(({ score, far }) => words.atScore(score, twoDigits(100 * far)))
  const rows = latest?.groups.map((group) => [
    words.groupNamed(group),
    String(group.pairs),
    ...sharesOf(group).map((share) => twoDigits(100 * share)),
  ])
  return table([strangers, pairs, ...heads], rows ?? [])
}

/** What the scores, and thresholds that hold in every group, cost genuine pairs. */
export function renderPeople({ packs }: GroupsResult, words: Words): string {
  const measured = packs.flatMap(({ pack, people }) => (people ? [{ pack, people }] : []))
  const row = (name: string, read: (people: PeopleFigures) => number | undefined) => [
    name,
    ...measured.map(({ people }) => (100 * (read(people) ?? Number.NaN)).toFixed(2)),
  ]
  const [first] = measured
  return table(
    [words.people(first?.people.genuinePairs ?? 0), ...measured.map(({ pack }) => `\`${pack}\``)],
    [
      ...PROMISES.map(({ score }, i) => row(words.peopleAtScore(score), ({ acceptedAtScores }) => acceptedAtScores[i])),
      ...PROMISES.map(({ far }, i) =>
        row(words.peopleAtRate(far.toExponential()), ({ acceptedAtRates }) => acceptedAtRates[i]),
      ),
      ...(first?.people.keeping ?? []).flatMap(({ far }, i) => [
        row(words.keepingAdults(far.toExponential()), ({ keeping }) => keeping[i]?.adults),
        row(words.keepingAll(far.toExponential()), ({ keeping }) => keeping[i]?.everybody),
      ]),
    ],
  )
}

/** As a plain number. */
function twoDigits(value: number): string {
  return String(Number(value.toPrecision(2)))
}
