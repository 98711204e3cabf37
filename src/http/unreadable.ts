import type { Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { codeOf } from '../errors.js'
import { logFailure, logWhenDone, NO_PATH, type OnCall, openCall } from './call-log.js'
import { allowCrossOrigin } from './cors.js'
import { type Replies, UnreadableRequestError } from './reply.js'

/** Answers bytes that are no HTTP, or not in time. */
export function answerUnreadable(
  reason: Error,
  socket: Socket,
  replies: Replies,
  log: FastifyBaseLogger,
  onCall?: OnCall,
): void {
  const error = describeUnreadable(reason)
  const sessionId = replies.writeUnreadable(socket, error)
  logFailure(log, { session_id: sessionId, code: error.code, reason: reason.message }, error)
  onCall?.({ path: NO_PATH, code: error.code, aborted: false, stages: {}, bytes: {} })
}

/** What Node's HTTP parser says, as an answer. */
export function describeUnreadable(reason: unknown): UnreadableRequestError {
  switch (codeOf(reason)) {
    case 'HPE_HEADER_OVERFLOW':
      return new UnreadableRequestError(431, 'The headers of the request are too large.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new UnreadableRequestError(408, 'The request did not come in time.')
    default:
      return new UnreadableRequestError(400, 'The request is not HTTP that can be read.')
  }
}

/** Answers a url that the router cannot read (bad percent-encoding); no hook has run before. */
export function refuseUrl(
  request: FastifyRequest,
  reply: FastifyReply,
  replies: Replies,
  corsOrigins: ReadonlySet<string>,
  onCall?: OnCall,
): void {
  request.call = openCall(request.raw)
  logWhenDone(request, reply, onCall)
  allowCrossOrigin(request, reply, corsOrigins)
  if (request.method === 'OPTIONS') {
    replies.sendNothing(request, reply)
    return
  }
  replies.sendError(request, reply, new UnreadableRequestError(400, 'The url of the request cannot be read.'))
}
