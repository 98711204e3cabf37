import type { FastifyReply, FastifyRequest } from 'fastify'
import { claimSingleUse, type Identity } from '../../auth/authenticate.js'
import { FaceCompareError } from '../../errors.js'
import { timed } from '../../http/call-log.js'
import { isIncomplete } from '../../http/connections.js'
import type { UploadShare } from '../../http/upload-budget.js'
import type { WireServices } from '../../http/wire.js'
import { checkApp } from './app-fields.js'
import { requireSignatureStill } from './authenticate-request.js'
import type { WireCall, WireContext } from './context.js'

const LARGE_BODY_BYTES = 1024 * 1024

/** A call, and what it is answered with. */
export interface Receiving {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly wireCall: WireCall
  readonly context: WireContext
  readonly services: WireServices
}

/** The way of a signed call: its body, its app, the limits of that, its single use, its answer. Throws FaceCompareErrors. */
export async function receiveCall(receiving: Receiving): Promise<FastifyReply> {
  const { request, reply, wireCall, context, services } = receiving
  wireCall.isRefused?.(context)
  const share = services.uploads.open(identityOf(request).appid)
  try {
    return services.replies.sendData(request, reply, await answerUpload(receiving, share))
  } finally {
    // Not before: the images are views of the body.
    share.close()
  }
}

async function answerUpload(receiving: Receiving, share: UploadShare): Promise<object> {
  const { request, reply, wireCall, context, services } = receiving
  const { call } = request
  const { engine, gate, ledger } = context
  const { pictures, names } = wireCall
  const cameWithHead = !isIncomplete(request.raw)
  const requireRoom = (): void => {
    if (pictures > 0) engine.requireRoom?.(pictures)
  }
  const admit = (): void => {
    if (isRefusedAtOnce(request)) requireRoom()
  }
  const upload = { request: request.raw, response: reply.raw, call, share, names, admit }
  const fields = await timed(call, 'upload', () => services.uploads.read(upload))
  const identity = cameWithHead ? identityOf(request) : await requireSignatureStill(request, gate)
  checkApp(fields, identity)
  const answer = wireCall.read(fields, context)
  // Before the claim: who is asked to come again must be able to, with the same signature.
  requireRoom()
  gate.losses.requirePeace(identity.appid)
  const giveBack = await gate.quotas.reserve(identity.appid, identity.limits?.monthlyQuota)
  try {
    await claimSingleUse(identity, ledger)
    const stop = stopWhenClientLeaves(reply)
    return await answer({ ...context, fields, identity, share, request, reply, stop })
  } finally {
    giveBack()
  }
}

/** Of a request that the signature's hook let in. */
function identityOf({ call }: FastifyRequest): Identity {
  if (!call.identity) throw new FaceCompareError('SIGNATURE_MISSING', 'The request carries no signature.')
  return call.identity
}

/**
 * Whether a full queue is told before the body is looked at: when it is there already, so that the connection lives on, or when it
 * is so large that taking it in for nothing costs more than another connection.
 */
function isRefusedAtOnce({ raw }: FastifyRequest): boolean {
  return !isIncomplete(raw) || Number(raw.headers['content-length'] ?? 0) > LARGE_BODY_BYTES
}

/** Aborts when the connection closes before the answer is out. */
function stopWhenClientLeaves(reply: FastifyReply): AbortController {
  const stop = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) stop.abort()
  })
  return stop
}
