/** A labelled pair of pictures, by their paths below the folder of the data set. */
export interface LabelledPair {
  readonly a: string
  readonly b: string
  readonly genuine: boolean
}

/** A labelled pair and the line of the pairs file that it stands in, counted from 1. */
export interface PairLine extends LabelledPair {
  readonly line: number
}

/**
 * Reads LFW's pairs format: `name i j` is a genuine pair, `name i other j` an impostor pair, with tabs between (or blanks,
 * where a line has no tab). The first line may say how many pairs there are. Pictures are `name/name_0001.jpg`.
 * Throws an Error that names the first line which is none of these.
 */
export function readLfwPairs(text: string): readonly PairLine[] {
  const pairs: PairLine[] = []
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const fields = raw.includes('\t') ? raw.trim().split('\t') : raw.trim().split(/\s+/)
    if (fields[0] === '' && fields.length === 1) continue
    if (pairs.length === 0 && isCount(fields)) continue
    pairs.push(readLfwLine(fields, i + 1))
  }
  if (pairs.length === 0) throw new Error('The pairs file has no pairs.')
  return pairs
}

/** `500`, or `10 300` where a file has several sets. */
function isCount(fields: readonly string[]): boolean {
  return fields.length <= 2 && fields.every((field) => /^\d+$/.test(field))
}

function readLfwLine(fields: readonly string[], line: number): PairLine {
  const [name = '', first = '', third = '', fourth = ''] = fields
  if (fields.length === 3) {
    return { a: lfwPath(name, first, line), b: lfwPath(name, third, line), genuine: true, line }
  }
  if (fields.length === 4) {
    return { a: lfwPath(name, first, line), b: lfwPath(third, fourth, line), genuine: false, line }
  }
  throw new Error(
    `Line ${line} of the pairs file has ${fields.length} fields; expected "name i j" or "name i other j" with tabs between.`,
  )
}

function lfwPath(name: string, index: string, line: number): string {
  if (!/^\d{1,9}$/.test(index)) {
    throw new Error(`Line ${line} of the pairs file has "${index}" where the number of a picture was expected.`)
  }
  return `${name}/${name}_${index.padStart(4, '0')}.jpg`
}
