import type { IncomingMessage } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../auth/authenticate.js'
import type { FaceCompareError } from '../errors.js'
import { describeCause, describePath, describeWithStack } from './loggable.js'

/** What becomes known of one call while it is answered. */
export interface Call {
  /** `performance.now()` of its arrival. */
  readonly startedMs: number
  /** Milliseconds of each stage that was reached. */
  readonly stages: Record<string, number>
  readonly bytes: CallBytes
  /** The Content-Type header. */
  readonly contentType: string | undefined
  /** Whether it came to a path of signed calls; absent before its path is known. */
  isSigned?: boolean
  identity?: Identity
  /** The call by its name, where its path does not tell. One of those that are served: nothing that a client made up. */
  operation?: string
  code?: number
  /** Whether it was counted as used. */
  counted?: boolean
  error?: FaceCompareError
}

/** How much of what came and went; absent what was not reached. */
export interface CallBytes {
  /** The body as far as it was read. */
  received?: number
  imageA?: number
  imageB?: number
  /** The picture of a call with one kind of them; the last one of several. */
  image?: number
  /** The body of the answer. */
  sent?: number
}

/** What is counted of a call when it has ended. */
export interface CallRecord {
  /** The path as the service knows it, never as it was asked for; `other` where there is nothing. */
  readonly path: string
  /** Undefined for what is no call: health checks, preflights. */
  readonly code: number | undefined
  /** Whether the client left before its answer was out. */
  readonly aborted: boolean
  readonly stages: Readonly<Record<string, number>>
  readonly bytes: Readonly<CallBytes>
}

/** What came to no path that there is. */
export const NO_PATH = 'other'

/** Told of every request that has ended, once. */
export type OnCall = (record: CallRecord) => void

declare module 'fastify' {
  interface FastifyRequest {
    call: Call
  }
}

/** Begins a call. Takes the Content-Type away from fastify, which would refuse what it cannot read; upload.ts judges it. */
export function openCall(request: IncomingMessage): Call {
  const contentType = request.headers['content-type']
  delete request.headers['content-type']
  return { startedMs: performance.now(), stages: {}, bytes: {}, contentType }
}

/** Runs one stage of a call and notes how long it took, whether it succeeds or not. */
export async function timed<T>(call: Call, stage: string, work: () => T | Promise<T>): Promise<T> {
  const startedMs = performance.now()
  try {
    return await work()
  } finally {
    noteStage(call, stage, performance.now() - startedMs)
  }
}

export function noteStage(call: Call, stage: string, ms: number): void {
  call.stages[stage] = Math.round(ms * 10) / 10
}

/** The stages so far as a `Server-Timing` header (W3C Server Timing, section 3): milliseconds, `total` since the arrival. */
export function describeStages(call: Call): string {
  noteStage(call, 'total', performance.now() - call.startedMs)
  return Object.entries(call.stages)
    .map(([stage, ms]) => `${stage};dur=${ms}`)
    .join(', ')
}

/** One line when the call has ended, well or by the client's leaving. */
export function logWhenDone(request: FastifyRequest, reply: FastifyReply, onCall?: OnCall): void {
  let logged = false
  const log = () => {
    if (logged) return
    logged = true
    const { call } = request
    noteStage(call, 'total', performance.now() - call.startedMs)
    const aborted = !reply.raw.writableEnded
    logCall(request, aborted)
    const { code, stages, bytes } = call
    onCall?.({ path: request.routeOptions.url ?? NO_PATH, code, aborted, stages, bytes })
  }
  reply.raw.once('finish', log)
  reply.raw.once('close', log)
}

function logCall(request: FastifyRequest, aborted: boolean): void {
  const { call } = request
  const line = {
    method: request.method,
    path: describePath(request),
    ...(call.operation === undefined ? {} : { operation: call.operation }),
    ...(call.identity ? { appid: call.identity.appid } : {}),
    ...(call.code === undefined ? {} : { code: call.code }),
    ms: call.stages,
    bytes: call.bytes,
  }
  if (aborted) {
    request.log.info({ ...line, aborted: true }, 'call aborted by the client')
  } else if (call.error) {
    logFailure(request.log, line, call.error)
  } else if (call.code === undefined) {
    request.log.debug(line, 'call')
  } else {
    request.log.info(line, 'call')
  }
}

/** The status of calls that the service does not offer: it is not at fault when somebody asks. */
const NOT_OFFERED = 501

/** Our own faults with their stack; the client's with the sentence that it was told, and what that sentence left out. */
export function logFailure(log: FastifyBaseLogger, line: object, error: FaceCompareError): void {
  const { side, cause, message: detail } = error
  const where = { ...line, ...(side ? { side } : {}), detail }
  if (error.status >= 500 && error.status !== NOT_OFFERED) {
    log.error({ ...where, stack: describeWithStack(error) }, 'call failed')
  } else {
    log.info({ ...where, ...(cause instanceof Error ? { cause: describeCause(cause) } : {}) }, 'call')
  }
}
