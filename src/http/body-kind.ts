import { FaceCompareError } from '../errors.js'

export type BodyKind = 'JSON' | 'multipart' | 'a form'

/** How much of a body shows what it is written in. */
const SHOWN_BYTES = 1024

/**
 * Throws BAD_REQUEST when a body is plainly written in something else than its Content-Type says, as `curl -d '{...}'` sends it:
 * read as what it is not, it would be told that its fields are missing.
 */
export function requireKind(body: Buffer, told: BodyKind): void {
  const found = guessKind(body.toString('latin1', 0, SHOWN_BYTES))
  if (found === undefined || found === told) return
  throw new FaceCompareError('BAD_REQUEST', `The body is ${found}, but its Content-Type says ${told}: ${ADVICE[found]}`)
}

const ADVICE = {
  JSON: 'send Content-Type: application/json.',
  multipart: 'send Content-Type: multipart/form-data with the boundary that the body begins with.',
} as const

/** A form is whatever does not look like the others; it has no look of its own. */
function guessKind(start: string): keyof typeof ADVICE | undefined {
  // The byte order mark as latin1 has it.
  if (/^(\xef\xbb\xbf)?\s*\{/.test(start)) return 'JSON'
  return /^--[^\r\n]+\r?\ncontent-disposition[ \t]*:/i.test(start) ? 'multipart' : undefined
}
