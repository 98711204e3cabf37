interface CsvRecord {
  /** The line that it begins in, from 1: a quoted field may run over several. */
  readonly line: number
  readonly fields: readonly string[]
}

type Separator = ',' | '\t'

/** One field, the blanks around it, and what ends it. Blanks do not count; what is quoted counts as it stands. */
const FIELDS: Readonly<Record<Separator, RegExp>> = {
  ',': /[ \t]*(?:"([^"]*(?:""[^"]*)*)"[ \t]*|([^",\r\n][^,\r\n]*|))(,|\r?\n|$)/y,
  '\t': / *(?:"([^"]*(?:""[^"]*)*)" *|([^"\t\r\n][^\t\r\n]*|))(\t|\r?\n|$)/y,
}

/**
 * Reads CSV (RFC 4180: quoted fields, doubled quotes); empty lines are passed over. Throws an Error with one sentence that
 * names the line of a quote that does not fit.
 *
 * @param what the file is called in that sentence
 */
export function readCsvRecords(text: string, what: string, separator: Separator = ','): readonly CsvRecord[] {
  const plainText = text.replace(/^\uFEFF/, '')
  // A pattern that always matches at the place where the last field ended; a copy, because it remembers the place.
  const field = new RegExp(FIELDS[separator])
  const records: CsvRecord[] = []
  let fields: string[] = []
  let line = 1
  let firstLine = 1
  while (field.lastIndex < plainText.length || fields.length > 0) {
    const match = field.exec(plainText)
    if (!match) throw new Error(`Line ${line} of the ${what} has a quote that does not fit.`)
    const [whole, quoted, plain = '', end] = match
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'))
    line += whole.split('\n').length - 1
    if (end === separator) continue
    if (fields.length > 1 || fields[0] !== '') records.push({ line: firstLine, fields })
    fields = []
    firstLine = line
  }
  return records
}
