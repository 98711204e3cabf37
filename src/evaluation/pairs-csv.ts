import { readCsvRecords } from './csv.js'
import type { PairLine } from './pairs.js'

/** What a label may be, in any case. */
const GENUINE_LABELS: ReadonlySet<string> = new Set(['1', 'same', 'genuine', 'true'])
const IMPOSTOR_LABELS: ReadonlySet<string> = new Set(['0', 'different', 'impostor', 'false'])

/**
 * Reads pairs as CSV: `a,b,label`, one pair a line; a first line that ends in
 * `label` is a header. Throws an Error that names the first line which is wrong.
 */
export function readCsvPairs(text: string): readonly PairLine[] {
  const pairs: PairLine[] = []
  for (const { line, fields } of readCsvRecords(text, 'pairs file')) {
    const [a = '', b = '', label = ''] = fields
    if (fields.length !== 3) {
      throw new Error(`Line ${line} of the pairs file has ${fields.length} fields; expected a,b,label.`)
    }
    if (pairs.length === 0 && label.toLowerCase() === 'label') continue
    if (a === '' || b === '') throw new Error(`Line ${line} of the pairs file names no picture.`)
    pairs.push({ a, b, genuine: readLabel(label, line), line })
  }
  if (pairs.length === 0) throw new Error('The pairs file has no pairs.')
  return pairs
}

function readLabel(label: string, line: number): boolean {
  const plain = label.toLowerCase()
  if (GENUINE_LABELS.has(plain)) return true
  if (IMPOSTOR_LABELS.has(plain)) return false
  throw new Error(
    `Line ${line} of the pairs file has the label "${label}"; expected 1 or 0, same or different, genuine or impostor, true or false.`,
  )
}
