import { readCsvRecords } from './csv.js'

/** Which group a person or a picture is of, and the line that says so, counted from 1. */
export interface GroupLine {
  readonly name: string
  readonly group: string
  readonly line: number
}

/**
 * Reads `person-or-picture,group`, one a line, with commas or (where the first line has one) tabs between; a first line that ends
 * in `group` is a header. Throws an Error with one sentence that names the first line which is wrong.
 */
export function readGroupLines(bytes: Uint8Array): readonly GroupLine[] {
  const text = decode(bytes)
  const lines: GroupLine[] = []
  const earlier = new Map<string, GroupLine>()
  for (const { line, fields } of readCsvRecords(text, 'groups file', separatorOf(text))) {
    const [rawName = '', group = ''] = fields
    if (fields.length !== 2) {
      const found = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`
      throw new Error(`Line ${line} of the groups file has ${found}; expected person-or-picture,group.`)
    }
    if (lines.length === 0 && group.toLowerCase() === 'group') continue
    const name = plainName(rawName)
    if (name === '') throw new Error(`Line ${line} of the groups file names no person and no picture.`)
    if (group === '') throw new Error(`Line ${line} of the groups file names no group.`)
    const before = earlier.get(name)
    if (before?.group === group) continue
    if (before) {
      throw new Error(
        `Line ${line} of the groups file puts ${name} into "${group}", but line ${before.line} into "${before.group}".`,
      )
    }
    const read = { name, group, line }
    earlier.set(name, read)
    lines.push(read)
  }
  if (lines.length === 0) throw new Error('The groups file has no groups.')
  return lines
}

/** A name in the one form that names are compared in: `find` begins paths with `./`, and macOS takes accents apart. */
export function plainName(name: string): string {
  return name
    .replace(/^(\.\/+)+/, '')
    .replace(/\/+$/, '')
    .normalize('NFC')
}

/** Spreadsheets also save in encodings of their own, in which no name of a group would be readable. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error('The groups file is no text in UTF-8.')
  }
}

function separatorOf(text: string): ',' | '\t' {
  const first = text.split('\n').find((line) => line.trim() !== '') ?? ''
  return first.trim().includes('\t') ? '\t' : ','
}
