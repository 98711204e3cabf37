import stringWidth from 'string-width'

/** A column's cells begin at its left or end at its right. */
export type Alignment = 'left' | 'right'

/** Lines of a table whose columns stand below each other, whatever the script: Chinese signs are two columns wide. */
export function formatTable(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[] = [],
): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, stringWidth(cell))
  }
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const blank = ' '.repeat((widths[i] ?? 0) - stringWidth(cell))
      return alignments[i] === 'right' ? blank + cell : cell + blank
    })
    return cells.join('  ').trimEnd()
  })
}
