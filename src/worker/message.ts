import { type FacesInPicture, type FindOptions, type FoundFace, MOST_FACES, PART_NAMES } from '../engine/face.js'
import type { EngineOptions } from '../engine/options.js'
import { ERRORS, type ErrorName, FaceCompareError } from '../errors.js'
import { QUALITY_REASONS } from '../pipeline/quality.js'

/** The streams of a worker process, as file descriptors that it is born with. */
export const CHANNEL_FD = 3
export const LIFELINE_FD = 4

/** The first message to a worker process; those that follow are pairs of an operation and an image file, which goes over as it is. */
export interface WorkerOptions {
  readonly engine: Omit<EngineOptions, 'onWarning'>
  /** Resident memory that the process may take beside what it has when its networks are loaded. */
  readonly maxGrowthBytes: number
}

/** What a worker process answers to the first message. */
export type ReadyReply = { readonly packId: string } | Failure

/** What is to be done with the image that follows. */
export interface Operation {
  readonly name: 'findFaces'
  readonly options: FindOptions
}

/** What it answers to an image. An error class does not survive the way between processes, its name does. */
export type OperationReply = { readonly picture: FacesInPicture } | Failure

export interface Failure {
  readonly failure: { readonly kind: ErrorName; readonly sentence: string }
}

export type Reply = ReadyReply | OperationReply

/** What every reply tells besides: the memory of the process, not long before. */
export interface MemoryReport {
  readonly residentBytes: number
}

/** Sent at once by a process that has an image whole: from here on its end may be the image's doing. */
export const TAKEN = new Uint8Array(0)

/** More than the faces of the largest crowd; a process that says that it sends more has lost its mind. */
export const MAX_REPLY_BYTES = 16 * 1024 * 1024

export function packOptions(options: WorkerOptions): Uint8Array {
  return Buffer.from(JSON.stringify(options))
}

/** Written by the parent's {@link packOptions} alone. */
export function unpackOptions(bytes: Uint8Array): WorkerOptions {
  return JSON.parse(Buffer.from(bytes).toString())
}

/** Written by the parent's {@link packOperation} alone. */
export function unpackOperation(bytes: Uint8Array): Operation {
  return JSON.parse(Buffer.from(bytes).toString())
}

export function packOperation(operation: Operation): Uint8Array {
  return Buffer.from(JSON.stringify(operation))
}

/** What a reply says beside its numbers: a face takes less than two thousand, a failure one sentence. */
const MAX_TEXT_BYTES = 65_536 + 2000 * MOST_FACES
const BYTES = Float32Array.BYTES_PER_ELEMENT

/**
 * A reply is the length of a text in bytes (little-endian, a multiple of four), the text, which is JSON, and the numbers of all
 * arrays one after the other: where JSON has `{"floats": n}`, the next `n` belong.
 */
export function packReply(reply: Reply): Uint8Array {
  const arrays: Float32Array[] = []
  const text = JSON.stringify({ ...reply, residentBytes: measureMemory() }, (_key, value) => {
    if (!(value instanceof Float32Array)) return value
    arrays.push(value)
    return { floats: value.length }
  })
  const textBytes = BYTES * Math.ceil(Buffer.byteLength(text) / BYTES)
  const count = arrays.reduce((sum, { length }) => sum + length, 0)
  const packed = Buffer.allocUnsafeSlow(BYTES + textBytes + BYTES * count).fill(' ', BYTES, BYTES + textBytes)
  packed.writeUInt32LE(textBytes)
  packed.write(text, BYTES)
  const floats = new Float32Array(packed.buffer, BYTES + textBytes)
  let at = 0
  for (const array of arrays) {
    floats.set(array, at)
    at += array.length
  }
  return packed
}

/** The arrays of the reply are views of `bytes`, which begin at the beginning of their memory. Throws on what is no reply. */
export function unpackReply(bytes: Uint8Array): Reply & MemoryReport {
  const textBytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  if (textBytes > MAX_TEXT_BYTES) throw strange()
  let at = bytes.byteOffset + BYTES + textBytes
  const end = bytes.byteOffset + bytes.byteLength
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + BYTES, textBytes).toString()
  const reply: unknown = JSON.parse(text, (_key, value: unknown) => {
    if (!isPlaceholder(value)) return value
    const array = new Float32Array(bytes.buffer, at, value.floats)
    at += array.byteLength
    return array
  })
  if (at !== end || !isReply(reply)) throw strange()
  return reply
}

function strange(): Error {
  return new Error('Expected a reply from the worker process but received something else.')
}

function isPlaceholder(value: unknown): value is { readonly floats: number } {
  return typeof value === 'object' && value !== null && 'floats' in value && Number.isSafeInteger(value.floats)
}

/** Asking takes as long as packing a face. */
const MEASURE_EVERY_MS = 250
let residentBytes = 0
let measuredAtMs = Number.NEGATIVE_INFINITY

function measureMemory(): number {
  const nowMs = performance.now()
  if (nowMs - measuredAtMs >= MEASURE_EVERY_MS) {
    residentBytes = process.memoryUsage.rss()
    measuredAtMs = nowMs
  }
  return residentBytes
}

/** Looks at everything that a face is made of: what comes from a process whose decoder was broken into must harm nobody else. */
function isReply(value: unknown): value is Reply & MemoryReport {
  if (!isRecord(value) || !Number.isSafeInteger(value.residentBytes)) return false
  if ('failure' in value) return isFailure(value.failure)
  if ('packId' in value) return typeof value.packId === 'string'
  return isPicture(value.picture)
}

function isPicture(value: unknown): value is FacesInPicture {
  return (
    isRecord(value) &&
    hasAll(value, ['faceCount', 'imageWidth', 'imageHeight'], Number.isFinite) &&
    hasAll(value.stages, ['decodeMs', 'detectMs', 'alignMs', 'embedMs'], Number.isFinite) &&
    Array.isArray(value.faces) &&
    value.faces.length > 0 &&
    value.faces.length <= MOST_FACES &&
    value.faces.every(isFace)
  )
}

function isFace(value: unknown): value is FoundFace {
  return (
    isRecord(value) &&
    hasAll(value, ['detectionScore', 'rollDegrees'], Number.isFinite) &&
    isFloats(value.landmarks) &&
    hasAll(value.box, ['x', 'y', 'width', 'height'], Number.isFinite) &&
    isQuality(value.quality) &&
    (value.template === undefined || isTemplate(value.template)) &&
    (value.attributes === undefined || isAttributes(value.attributes))
  )
}

function isTemplate(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.packId === 'string' &&
    isFloats(value.embedding) &&
    hasAll(value.parts, PART_NAMES, isFloats) &&
    hasAll(value.cohort, ['gain', 'offset', 'centre'], Number.isFinite)
  )
}

const DEGREES = ['pitchDegrees', 'yawDegrees', 'rollDegrees'] as const

function isAttributes(value: unknown): boolean {
  return (
    isRecord(value) &&
    hasAll(value, ['age', 'gender', 'expression'], isScore) &&
    hasAll(value, DEGREES, Number.isFinite) &&
    typeof value.hasGlasses === 'boolean'
  )
}

/** Of packs without a measure of quality there is none. */
function isQuality(value: unknown): boolean {
  if (value === undefined) return true
  if (!isRecord(value) || !isScore(value.score) || !Array.isArray(value.reasons)) return false
  const names: readonly unknown[] = QUALITY_REASONS
  return value.reasons.length <= names.length && value.reasons.every((reason) => names.includes(reason))
}

function isScore(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 100
}

function hasAll(value: unknown, names: readonly string[], isRight: (value: unknown) => boolean): boolean {
  return isRecord(value) && names.every((name) => isRight(value[name]))
}

function isFloats(value: unknown): boolean {
  return value instanceof Float32Array
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isFailure(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value && 'sentence' in value)) return false
  return typeof value.kind === 'string' && Object.hasOwn(ERRORS, value.kind) && typeof value.sentence === 'string'
}

/** Rethrows what only our own mistakes can throw: it ends the process, and the call with it. */
export function packFailure(error: unknown): Failure {
  if (error instanceof FaceCompareError) return { failure: { kind: error.kind, sentence: error.message } }
  throw error
}

export function errorOf({ failure }: Failure): FaceCompareError {
  return new FaceCompareError(failure.kind, failure.sentence)
}
