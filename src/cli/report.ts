import { codeOf } from '../errors.js'
import { explainPortError } from './ports.js'

/** Exit codes of all commands. */
export const EXIT_MATCH = 0
export const EXIT_NO_MATCH = 1
export const EXIT_ERROR = 2

/** The plain sentence of an error. Node's own file errors get one of ours; a stack is shown to nobody. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const settings = { hostSetting: 'FACECOMPARE_HOST', portSetting: 'FACECOMPARE_PORT' }
  return (
    explainFileError(error, ENGLISH_OF_FILES) ??
    explainPortError(error, { ...settings, port: Number(field(error, 'port')) }) ??
    error.message
  )
}

/** Sentences of Node's errors about files, by their codes. */
export type FileSentences = Readonly<Record<'ENOENT' | 'EISDIR' | 'EACCES', (path: string) => string>>

const ENGLISH_OF_FILES: FileSentences = {
  ENOENT: (path) => `There is no file ${path}.`,
  EISDIR: () => 'Expected a file but received a folder.',
  EACCES: (path) => `${path} may not be read.`,
}

/** The sentence of an error about a file; `undefined` for all others. */
export function explainFileError(error: unknown, sentences: FileSentences): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  const path = field(error, 'path')
  if (code === 'ENOENT' || code === 'EISDIR') return sentences[code](path)
  return code === 'EACCES' && path !== '' ? sentences.EACCES(path) : undefined
}

/** What Node puts on a system error beside its message; empty when it is not there. */
function field(error: Error, name: 'path' | 'port'): string {
  const value: unknown = Reflect.get(error, name)
  return value === undefined ? '' : String(value)
}

/** Prints a value as JSON for scripts. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
