import type { PairLine } from './pairs.js'

/** What a label may be, in any case. */
const GENUINE_LABELS: ReadonlySet<string> = new Set(['1', 'same', 'genuine', 'true'])
const IMPOSTOR_LABELS: ReadonlySet<string> = new Set(['0', 'different', 'impostor', 'false'])

interface CsvRecord {
  /** The line that it begins in, from 1: a quoted field may run over several. */
  readonly line: number
  readonly fields: readonly string[]
}

/**
 * Reads pairs as CSV (RFC 4180: quoted fields, doubled quotes): `a,b,label`, one pair a line; a first line that ends in
 * `label` is a header. Throws an Error that names the first line which is wrong.
 */
export function readCsvPairs(text: string): readonly PairLine[] {
  const pairs: PairLine[] = []
  for (const { line, fields } of readRecords(text.replace(/^\uFEFF/, ''))) {
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

/** One field after the other by a pattern that always matches at the place where the last one ended. */
function readRecords(text: string): readonly CsvRecord[] {
  // Blanks around a field do not count; what is quoted counts as it stands.
  const field = /[ \t]*(?:"([^"]*(?:""[^"]*)*)"[ \t]*|([^",\r\n][^,\r\n]*|))(,|\r?\n|$)/y
  const records: CsvRecord[] = []
  let fields: string[] = []
  let line = 1
  let firstLine = 1
  while (field.lastIndex < text.length || fields.length > 0) {
    const match = field.exec(text)
    if (!match) throw new Error(`Line ${line} of the pairs file has a quote that does not fit.`)
    const [whole, quoted, plain = '', end] = match
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'))
    line += whole.split('\n').length - 1
    if (end === ',') continue
    if (fields.length > 1 || fields[0] !== '') records.push({ line: firstLine, fields })
    fields = []
    firstLine = line
  }
  return records
}
