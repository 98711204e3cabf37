import type { FaceAttributes, Template } from '../gallery/gallery.js'
import { StoreError } from './store.js'

/** Three numbers of 64 bits (the cohort's), then the embedding's of 32; least significant bytes first. */
const COHORT_BYTES = 24
const NUMBER_BYTES = 4

export function encodeTemplate({ embedding, cohort }: Template): Uint8Array {
  const bytes = new Uint8Array(COHORT_BYTES + NUMBER_BYTES * embedding.length)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of [cohort.gain, cohort.offset, cohort.centre].entries()) view.setFloat64(8 * i, value, true)
  // Without an iterator: an enrolment has little else to compute.
  for (let i = 0; i < embedding.length; i++) {
    view.setFloat32(COHORT_BYTES + NUMBER_BYTES * i, embedding[i] ?? Number.NaN, true)
  }
  return bytes
}

/** Throws a StoreError. */
export function decodeTemplate(bytes: Uint8Array, packId: string): Template {
  const columns = (bytes.length - COHORT_BYTES) / NUMBER_BYTES
  if (!(Number.isInteger(columns) && columns > 0)) throw new StoreError('A face in the store is damaged.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const embedding = new Float32Array(columns)
  for (let i = 0; i < columns; i++) embedding[i] = view.getFloat32(COHORT_BYTES + NUMBER_BYTES * i, true)
  const cohort = { gain: view.getFloat64(0, true), offset: view.getFloat64(8, true), centre: view.getFloat64(16, true) }
  return { packId, embedding, cohort }
}

export function encodeAttributes(attributes: FaceAttributes): Uint8Array {
  return Buffer.from(JSON.stringify(attributes))
}

/** Throws a StoreError for what {@link encodeAttributes} has not written. */
export function decodeAttributes(bytes: Uint8Array): FaceAttributes {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
  if (!isAttributes(value)) throw new StoreError('The attributes of a face in the store are damaged.')
  return value
}

const NUMBERS = ['pitchDegrees', 'yawDegrees', 'rollDegrees', 'age', 'gender', 'expression']

function isAttributes(value: unknown): value is FaceAttributes {
  if (!isRecord(value) || !isRecord(value.box)) return false
  const { box } = value
  if (!['x', 'y', 'width', 'height'].every((name) => typeof box[name] === 'number')) return false
  if (!['undefined', 'boolean'].includes(typeof value.glass)) return false
  return NUMBERS.every((name) => ['undefined', 'number'].includes(typeof value[name]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
