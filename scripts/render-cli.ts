/** The parts of docs/cli.md that the program itself and the benchmark of grouping know better. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { GroupingFigures } from '../bench/grouping-figures.js'
import { createProgram } from '../src/cli/program.js'

interface GroupingResult {
  readonly lists: readonly {
    readonly list: string
    readonly faces: number
    readonly people: number
    readonly rows: readonly (GroupingFigures & { readonly linkage: string; readonly score: number })[]
  }[]
}

const GROUPING_FILE = new URL('../bench/results/grouping.json', import.meta.url)

/** The thresholds that the page tells of; the benchmark measures more. */
const SHOWN_SCORES = [70, 75, 80, 85, 90]

export const CLI_BLOCKS = { commands: renderCommands, grouping: renderGrouping } as const

function renderCommands(): string {
  return listCommands(createProgram()).join('\n\n')
}

function listCommands(command: Command): readonly string[] {
  const help = command.createHelp()
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help')
  const sections = children.flatMap(listCommands)
  return command.parent && children.length === 0 ? [renderCommand(command), ...sections] : sections
}

function renderCommand(command: Command): string {
  const help = command.createHelp()
  const names = []
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name())
  const rows = [
    ...help
      .visibleArguments(command)
      .map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)]),
    ...help.visibleOptions(command).map((option) => [help.optionTerm(option), help.optionDescription(option)]),
  ].filter(([term]) => term !== '-h, --help')
  return [
    `### ${names.slice(1).join(' ')}`,
    '',
    command.description(),
    '',
    `\`${help.commandUsage(command)}\``,
    ...(rows.length === 0 ? [] : ['', '| | |', '|---|---|']),
    ...rows.map((cells) => `| \`${cells[0]}\` | ${(cells[1] ?? '').replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`),
  ].join('\n')
}

function renderGrouping(): string {
  // The benchmark's own file.
  const { lists } = JSON.parse(readFileSync(GROUPING_FILE, 'utf8')) as GroupingResult
  const percent = (share: number) => (100 * share).toFixed(2)
  const rows = lists.flatMap(({ list, rows: found }) =>
    found
      .filter(({ score }) => SHOWN_SCORES.includes(score))
      .map(({ linkage, score, precision, recall, f1, groups, mixedGroups }) => {
        return `| ${list} | ${linkage} | ${score} | ${[precision, recall, f1].map(percent).join(' | ')} | ${groups} | ${mixedGroups} |`
      }),
  )
  const sizes = lists.map(({ list, faces, people }) => `${list}: ${faces} faces of ${people} people`)
  return [
    `${sizes.join('; ')}.`,
    '',
    '| list | linkage | score | precision, % | recall, % | F1, % | groups | with a stranger |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
