import type { FacesInPicture, FindOptions } from '../engine/face.js'
import { isPicture, isRecord, packFloats, unpackFloats } from '../engine/face-codec.js'
import type { EngineOptions } from '../engine/options.js'
import { ERRORS, type ErrorName, FaceCompareError } from '../errors.js'

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

/** With arrays as {@link packFloats} writes them. */
export function packReply(reply: Reply): Uint8Array {
  return packFloats({ ...reply, residentBytes: measureMemory() })
}

/** The arrays of the reply are views of `bytes`, which begin at the beginning of their memory. Throws on what is no reply. */
export function unpackReply(bytes: Uint8Array): Reply & MemoryReport {
  const reply = unpackFloats(bytes)
  if (!isReply(reply)) throw strange()
  return reply
}

function strange(): Error {
  return new Error('Expected a reply from the worker process but received something else.')
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
