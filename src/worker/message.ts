import { type ErrorName, FaceCompareError } from '../errors.js'
import type { Face } from '../face/face.js'

/** What the pool sends to a thread. */
export interface AnalyzeTask {
  readonly image: Uint8Array
}

/** What a thread answers. An error class does not survive the way between threads, its name does. */
export type AnalyzeReply = { readonly face: Face } | Failure

export interface Failure {
  readonly failure: { readonly kind: ErrorName; readonly sentence: string }
}

/** What a thread answers when it is asked whether it is ready. */
export type WarmUpReply = { readonly packId: string } | Failure

export function packFailure(error: unknown): Failure {
  if (error instanceof FaceCompareError) return { failure: { kind: error.kind, sentence: error.message } }
  throw error
}

export function unpackWarmUp(reply: AnalyzeReply | WarmUpReply): void {
  if ('failure' in reply) throw new FaceCompareError(reply.failure.kind, reply.failure.sentence)
}

export function unpackReply(reply: AnalyzeReply): Face {
  if ('failure' in reply) throw new FaceCompareError(reply.failure.kind, reply.failure.sentence)
  return reply.face
}
