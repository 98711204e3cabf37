import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Quality } from '../engine/engine.js'
import { QualityTooLowError } from '../engine/require-quality.js'
import { ERRORS, FaceCompareError } from '../errors.js'
import type { AnswerForm } from './answer-form.js'
import type { Connections } from './connections.js'
import { PIECE_BYTES } from './unread-answers.js'

/** A request that cannot be read (code 3), with the HTTP status that says how: 404, 405, 408 or 431. */
export class UnreadableRequestError extends FaceCompareError {
  override readonly status: number

  constructor(status: number, sentence: string) {
    super('BAD_REQUEST', sentence)
    this.status = status
  }
}

export type CountCall = (appid: string, code: number) => void

export type FileHeaders = Readonly<Record<string, string>>

export interface ReplyOptions {
  readonly connections: Connections
  /** Signed calls: for clients that do not read the body of any other status. */
  readonly statusAlways200: boolean
  /** Told of each call of a known app once, before its answer goes out. */
  readonly countCall: CountCall
}

/** The one place where answers are made. */
export interface Replies {
  /** Success: `data`, as the route's {@link AnswerForm} writes it. */
  sendData(request: FastifyRequest, reply: FastifyReply, data: object): FastifyReply
  /** Anything thrown; what is not a FaceCompareError is told as INTERNAL, without a word of what it says. */
  sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply
  /** 204, the answer to every OPTIONS. */
  sendNothing(request: FastifyRequest, reply: FastifyReply): FastifyReply
  /** Answers outside the contract (health checks): the status is always the real one. */
  sendStatus(request: FastifyRequest, reply: FastifyReply, status: number, body: object): FastifyReply
  /** A file of a page, outside the contract too; `headers` win over those that every answer has. Without bytes: 304. */
  sendFile(request: FastifyRequest, reply: FastifyReply, headers: FileHeaders, bytes?: Buffer): FastifyReply
  /** To a connection whose bytes are no HTTP. Returns the id of the call. */
  writeUnreadable(socket: Socket, error: UnreadableRequestError): string
}

export function createReplies({ connections, statusAlways200, countCall }: ReplyOptions): Replies {
  const ownForm = createOwnForm(statusAlways200)
  const formOf = ({ routeOptions }: FastifyRequest): AnswerForm => routeOptions.config?.answerForm ?? ownForm

  const sendBytes = (request: FastifyRequest, reply: FastifyReply, status: number, bytes?: Buffer) => {
    reply.code(status)
    if (connections.closesAfter(request.raw)) reply.header('connection', 'close')
    if (!bytes) return reply.send()
    request.call.bytes.sent = bytes.length
    if (bytes.length <= PIECE_BYTES) return reply.send(bytes)
    return reply.header('content-length', bytes.length).send(Readable.from(cutIntoPieces(bytes)))
  }

  const send = (request: FastifyRequest, reply: FastifyReply, status: number, body?: object, form = ownForm) => {
    reply.headers({ ...commonHeaders(request.id), ...form.headers(request.id) })
    if (!body) return sendBytes(request, reply, status)
    // Bytes, because fastify adds a charset to JSON strings; the contract says `application/json`.
    reply.header('content-type', form.contentType)
    return sendBytes(request, reply, status, Buffer.from(JSON.stringify(body)))
  }

  const settle = ({ call }: FastifyRequest, reply: FastifyReply, code: number) => {
    call.code = code
    // Nobody is there any more to be answered.
    if (!call.identity || call.counted || reply.raw.destroyed) return
    call.counted = true
    countCall(call.identity.appid, code)
  }

  return {
    sendData(request, reply, data) {
      settle(request, reply, 0)
      const form = formOf(request)
      const { status, body } = form.success(data, request.id)
      return send(request, reply, status, body, form)
    },
    sendError(request, reply, thrown) {
      const error = toFaceCompareError(thrown)
      settle(request, reply, error.code)
      request.call.error = error
      if (error.kind === 'TOO_MANY_REQUESTS') reply.header('retry-after', String(error.retryAfterSeconds ?? 1))
      const form = formOf(request)
      const { status, body } = form.failure(error, request.id, request.call.isSigned === true)
      return send(request, reply, status, body, form)
    },
    sendNothing: (request, reply) => send(request, reply, 204),
    sendStatus: (request, reply, status, body) => send(request, reply, status, body),
    sendFile(request, reply, headers, bytes) {
      reply.headers({ ...commonHeaders(request.id), ...headers })
      return sendBytes(request, reply, bytes ? 200 : 304, bytes)
    },
    writeUnreadable(socket, error) {
      const sessionId = randomUUID()
      const body = JSON.stringify(errorBody(error, sessionId))
      const headers = {
        ...commonHeaders(sessionId),
        date: new Date().toUTCString(),
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      }
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`)
      return sessionId
    },
  }
}

/** That of `POST /face/compare`, and of everything that is no call. */
function createOwnForm(statusAlways200: boolean): AnswerForm {
  return {
    contentType: 'application/json',
    headers: () => ({}),
    success: (data) => ({ status: 200, body: { data, code: 0, message: 'OK' } }),
    failure(error, requestId, isOfCall) {
      const isAlways200 = statusAlways200 && isOfCall && !(error instanceof UnreadableRequestError)
      return { status: isAlways200 ? 200 : error.status, body: errorBody(error, requestId) }
    },
  }
}

function* cutIntoPieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}

function commonHeaders(sessionId: string): Readonly<Record<string, string>> {
  return { 'x-request-id': sessionId, 'cache-control': 'no-store', vary: 'Origin' }
}

/** 0 to 100, and what is wrong with the picture. */
export function qualityBody({ score, reasons }: Quality): object {
  return { quality: score, quality_reasons: reasons }
}

const FAIL_FLAGS = { A: 1, B: 2 } as const

function errorBody(error: FaceCompareError, sessionId: string): object {
  return {
    data: {
      session_id: sessionId,
      ...(error.side ? { fail_flag: FAIL_FLAGS[error.side] } : {}),
      ...(error instanceof QualityTooLowError ? qualityBody(error.quality) : {}),
      detail: error.message,
    },
    code: error.code,
    message: ERRORS[error.kind].message,
  }
}

function toFaceCompareError(thrown: unknown): FaceCompareError {
  if (thrown instanceof FaceCompareError) return thrown
  return new FaceCompareError('INTERNAL', 'Something went wrong inside the service.', { cause: thrown })
}
