import type { GroupReport } from '../evaluation/group-figures.js'
import { noteGroups, type Totals, tabulateGroups } from '../evaluation/group-text.js'
import { printable } from './printable.js'
import { type Alignment, formatTable } from './table.js'

/** The figures by group as plain text. */
export function formatGroups(report: GroupReport, totals: Totals): string {
  const tables = tabulateGroups(report).flatMap(({ title, rows }) => {
    const printed = rows.map((row) => row.map(printable))
    return ['', title, ...formatTable(printed, alignmentsOf(rows[0] ?? []))]
  })
  const notes = noteGroups(report, totals).map(printable)
  return `${[...tables, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')}\n`
}

/** Numbers to the right. */
function alignmentsOf(heads: readonly string[]): readonly Alignment[] {
  return heads.map((head) => (head === '' || head === 'group' ? 'left' : 'right'))
}
