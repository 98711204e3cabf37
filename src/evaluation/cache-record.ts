import { createHash } from 'node:crypto'
import type { Box } from '../engine/face.js'
import type { Quality } from '../pipeline/quality.js'
import type { CohortScale } from '../score/cohort.js'
import type { FaceVectors, Outcome } from './face-vectors.js'

/**
 * A record of the cache file: length of the body (4 bytes), first bytes of the body's SHA-256, body. The body is the length of
 * its head (4 bytes), the head (JSON) and the numbers that the head names, in the machine's byte order.
 */
export const RECORD_PREFIX_BYTES = 12
const HASH_BYTES = 8
const LENGTH_BYTES = 4

interface Head {
  readonly key: string
  readonly failure?: { readonly kind: string; readonly sentence: string }
  readonly embedding?: number
  readonly cohort?: CohortScale
  readonly parts?: Readonly<Record<string, number>>
  readonly box?: Box
  /** Absent, beside a face, where the pack has no measure of it. */
  readonly quality?: Quality | undefined
}

export function formatRecord(key: string, outcome: Outcome): Buffer {
  const head: Head =
    'failure' in outcome
      ? { key, failure: outcome.failure }
      : {
          key,
          embedding: outcome.face.embedding.length,
          cohort: outcome.face.cohort,
          parts: Object.fromEntries(Object.entries(outcome.face.parts).map(([name, part]) => [name, part.length])),
          box: outcome.face.box,
          quality: outcome.face.quality,
        }
  const vectors = 'failure' in outcome ? [] : [outcome.face.embedding, ...Object.values(outcome.face.parts)]
  const text = Buffer.from(JSON.stringify(head))
  const body = Buffer.concat([
    lengthOf(text),
    text,
    ...vectors.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength)),
  ])
  return Buffer.concat([lengthOf(body), hashOf(body), body])
}

function lengthOf(bytes: Uint8Array): Buffer {
  const field = Buffer.alloc(LENGTH_BYTES)
  field.writeUInt32LE(bytes.length)
  return field
}

function hashOf(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, HASH_BYTES)
}

/** How long the body is that follows a prefix. */
export function bodyLength(prefix: Buffer): number {
  return prefix.readUInt32LE(0)
}

/** Whether a body is the one that its prefix was written with. */
export function isWhole(prefix: Buffer, body: Buffer): boolean {
  return hashOf(body).equals(prefix.subarray(LENGTH_BYTES, RECORD_PREFIX_BYTES))
}

/** Reads a body that is whole; `undefined` when another version of the program wrote it otherwise. */
export function parseBody(body: Buffer): { readonly key: string; readonly outcome: Outcome } | undefined {
  const start = LENGTH_BYTES + body.readUInt32LE(0)
  const head: unknown = JSON.parse(body.toString('utf8', LENGTH_BYTES, start))
  if (!isHead(head)) return undefined
  if (head.failure) return { key: head.key, outcome: { failure: head.failure } }
  const face = readVectors(head, body.subarray(start))
  return face && { key: head.key, outcome: { face } }
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null || !('key' in value) || typeof value.key !== 'string') return false
  if ('failure' in value) {
    const { failure } = value
    if (typeof failure !== 'object' || failure === null || !('kind' in failure) || !('sentence' in failure))
      return false
    return typeof failure.kind === 'string' && typeof failure.sentence === 'string'
  }
  if (!('embedding' in value) || !('parts' in value) || !('cohort' in value) || !('box' in value)) return false
  const { embedding, parts, cohort, box } = value
  if (!hasNumbers(cohort, ['gain', 'offset', 'centre']) || !hasNumbers(box, ['x', 'y', 'width', 'height'])) return false
  if ('quality' in value && !isQuality(value.quality)) return false
  if (typeof embedding !== 'number' || typeof parts !== 'object' || parts === null) return false
  return Object.values(parts).every((length) => typeof length === 'number')
}

function isQuality(value: unknown): boolean {
  return hasNumbers(value, ['score']) && Array.isArray(Reflect.get(Object(value), 'reasons'))
}

function hasNumbers(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'number')
  )
}

function readVectors(
  { embedding = 0, cohort, parts = {}, box, quality }: Head,
  bytes: Buffer,
): FaceVectors | undefined {
  const sizes = Object.entries(parts)
  if (!cohort || !box || 4 * embedding + sizes.reduce((sum, [, size]) => sum + size, 0) !== bytes.length)
    return undefined
  // A copy of its own: four-byte numbers must begin at a multiple of four.
  const own = new Uint8Array(bytes).buffer
  let at = 4 * embedding
  const read: Record<string, Int8Array> = {}
  for (const [name, size] of sizes) {
    read[name] = new Int8Array(own, at, size)
    at += size
  }
  return { embedding: new Float32Array(own, 0, embedding), cohort, parts: read, box, quality }
}
