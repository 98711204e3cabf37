import { findWorst, PROMISES, sharesOf } from '../src/evaluation/group-figures.js'
import { formatTable } from './figures.js'
import { type GroupFigures, isChild, type PackGroups } from './group-figures.js'

/** The tables of bench/groups.ts. */
export function describeGroups({ pack, groups, people }: PackGroups): string {
  const heads = PROMISES.flatMap(({ score }) => [`at ${score}, %`, 'x promise'])
  const tables = [
    formatTable([
      ['strangers of', 'pictures', 'found', 'pairs', ...heads],
      ...groups.map((group) => [
        nameGroup(group),
        String(group.pictures),
        String(group.found),
        String(group.pairs),
        ...sharesOf(group).flatMap((share, i) => formatShare(share, i)),
      ]),
    ]),
    `the worst, adults: ${formatWorst(groups.filter((group) => !isChild(group)))}`,
    `the worst of all: ${formatWorst(groups)}`,
  ]
  if (people) {
    const rates = PROMISES.map(({ far }) => far.toExponential())
    tables.push(
      formatTable([
        [`people of DevTest: genuine pairs accepted, of ${people.genuinePairs}`, '%'],
        ...PROMISES.map(({ score }, i) => [`at ${score}`, percent(people.acceptedAtScores[i])]),
        ...rates.map((far, i) => [
          `at FAR ${far}, over ${people.impostorPairs} pairs`,
          percent(people.acceptedAtRates[i]),
        ]),
        ...people.keeping.flatMap(({ far, adults, everybody }) => [
          [`at ${far.toExponential()} in the worst group of adults`, percent(adults)],
          [`at ${far.toExponential()} in the worst group of all`, percent(everybody)],
        ]),
      ]),
    )
  }
  return [`pack ${pack}`, ...tables].join('\n\n')
}

function nameGroup({ group, sex }: GroupFigures): string {
  return `${group}, ${sex}`
}

function formatShare(share: number, at: number): readonly string[] {
  return [(100 * share).toPrecision(2), (share / PROMISES[at]!.far).toPrecision(2)]
}

function formatWorst(groups: readonly GroupFigures[]): string {
  return findWorst(groups)
    .flatMap((group, i) => (group ? [`at ${PROMISES[i]!.score} ${nameGroup(group)}`] : []))
    .join('; ')
}

function percent(share = Number.NaN): string {
  return (100 * share).toFixed(2)
}
