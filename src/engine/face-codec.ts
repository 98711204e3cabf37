import { QUALITY_REASONS } from '../pipeline/quality.js'
import { type Face, type FacesInPicture, type FoundFace, MOST_FACES, PART_NAMES } from './face.js'

/** What is said beside the numbers: a face takes less than two thousand, a failure one sentence. */
const MAX_TEXT_BYTES = 65_536 + 2000 * MOST_FACES
const BYTES = Float32Array.BYTES_PER_ELEMENT

/**
 * Packs a value with arrays of numbers in it: the length of a text in bytes (little-endian, a multiple of four), the text, which is
 * JSON, and the numbers of all arrays one after the other: where JSON has `{"floats": n}`, the next `n` belong.
 */
export function packFloats(value: object): Uint8Array {
  const arrays: Float32Array[] = []
  const text = JSON.stringify(value, (_key, part) => {
    if (!(part instanceof Float32Array)) return part
    arrays.push(part)
    return { floats: part.length }
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

/** The arrays are views of `bytes`, which begin at a multiple of four. Throws on what was not packed so. */
export function unpackFloats(bytes: Uint8Array): unknown {
  const textBytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  if (textBytes > MAX_TEXT_BYTES) throw new RangeError('Expected a shorter text beside the numbers.')
  let at = bytes.byteOffset + BYTES + textBytes
  const end = bytes.byteOffset + bytes.byteLength
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + BYTES, textBytes).toString()
  const value: unknown = JSON.parse(text, (_key, part: unknown) => {
    if (!isPlaceholder(part)) return part
    const array = new Float32Array(bytes.buffer, at, part.floats)
    at += array.byteLength
    return array
  })
  if (at !== end) throw new RangeError('Expected as many numbers as the text says.')
  return value
}

function isPlaceholder(value: unknown): value is { readonly floats: number } {
  return typeof value === 'object' && value !== null && 'floats' in value && Number.isSafeInteger(value.floats)
}

const PICTURE_NUMBERS = ['faceCount', 'imageWidth', 'imageHeight'] as const
const STAGES = ['decodeMs', 'detectMs', 'alignMs', 'embedMs'] as const
const DEGREES = ['pitchDegrees', 'yawDegrees', 'rollDegrees'] as const

/** Looks at everything that is told of a picture: it may come from a process that was broken into. */
export function isPicture(value: unknown): value is FacesInPicture {
  return (
    isAnalysed(value) &&
    Array.isArray(value.faces) &&
    value.faces.length > 0 &&
    value.faces.length <= MOST_FACES &&
    value.faces.every(isFoundFace)
  )
}

/** Looks at everything that a face is made of: it may come from any file. */
function isFace(value: unknown): value is Face {
  return isAnalysed(value) && isSeen(value) && isTemplate(value)
}

function isFoundFace(value: unknown): value is FoundFace {
  return (
    isRecord(value) &&
    isSeen(value) &&
    (value.template === undefined || isTemplate(value.template)) &&
    (value.attributes === undefined || isAttributes(value.attributes))
  )
}

function isAnalysed(value: unknown): value is UnknownRecord {
  return (
    isRecord(value) && hasAll(value, PICTURE_NUMBERS, Number.isFinite) && hasAll(value.stages, STAGES, Number.isFinite)
  )
}

function isSeen(value: UnknownRecord): boolean {
  return (
    hasAll(value, ['detectionScore', 'rollDegrees'], Number.isFinite) &&
    isFloats(value.landmarks) &&
    hasAll(value.box, ['x', 'y', 'width', 'height'], Number.isFinite) &&
    isQuality(value.quality)
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

type UnknownRecord = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null
}

/** Tells a stored face from other bytes; the digit is the version of how it is written. */
const MAGIC = Buffer.from('FCF1')

/** A face as bytes that can be kept: {@link MAGIC}, then what {@link packFloats} makes of it. */
export function faceToBytes(face: Face): Uint8Array {
  return Buffer.concat([MAGIC, packFloats({ face })])
}

/** The face that {@link faceToBytes} wrote; undefined for all other bytes. */
export function faceFromBytes(bytes: Uint8Array): Face | undefined {
  if (!MAGIC.equals(bytes.subarray(0, MAGIC.length))) return undefined
  try {
    // A copy of its own: numbers must begin at a multiple of four, wherever the bytes lie.
    const value = unpackFloats(new Uint8Array(bytes.subarray(MAGIC.length)))
    return isRecord(value) && isFace(value.face) ? restoreQuality(value.face) : undefined
  } catch {
    return undefined
  }
}

/** JSON leaves out what is undefined. */
function restoreQuality(face: Face): Face {
  return { ...face, quality: face.quality }
}
