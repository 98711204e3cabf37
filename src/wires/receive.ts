import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../auth/authenticate.js'
import type { FaceEngine } from '../engine/engine.js'
import { timed } from '../http/call-log.js'
import { isIncomplete } from '../http/connections.js'
import type { ChooseParser } from '../http/upload.js'
import type { UploadOwner, UploadShare } from '../http/upload-budget.js'
import type { WireServices } from '../http/wire.js'
import type { AppGate } from './gate.js'

const LARGE_BODY_BYTES = 1024 * 1024

/** A call that is being answered: its signature holds, and its app may call. */
export interface OpenCall {
  readonly identity: Identity
  /** The bytes that the call may hold. */
  readonly share: UploadShare
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly gate: AppGate
  /** Aborts when the client leaves. */
  readonly stop: AbortController
}

/** What a call asks for, once its body is there. */
export interface AskedCall {
  /** Who calls, proven. */
  readonly identity: Identity
  /** How many pictures it hands to the engine at once. */
  readonly pictures: number
  /** Resolves with what the answer has as data. Rejects with FaceCompareErrors. */
  readonly answer: (open: OpenCall) => Promise<object>
}

/** A call whose head was read, and how the wire reads the rest. */
export interface IncomingCall<Body> {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly services: WireServices
  readonly gate: AppGate
  readonly engine: Pick<FaceEngine, 'requireRoom'>
  /** Whose part of the memory for uploads it takes, until `open` has told who calls. */
  readonly owner: UploadOwner
  /** How many pictures it hands to the engine at once; the least of them where its head does not tell. */
  readonly pictures: number
  readonly chooseParser: ChooseParser<Body>
  /**
   * What the body asks for. `cameWithHead` is false when the body may have taken minutes, in which a signature expires, a key is
   * revoked, an app switched off.
   */
  readonly open: (body: Body, cameWithHead: boolean) => Promise<AskedCall>
}

/** The way of a call on every wire: its body, its signature, the limits of its app, its answer. Throws FaceCompareErrors. */
export async function receive<Body>(incoming: IncomingCall<Body>): Promise<FastifyReply> {
  const { request, reply, services, owner } = incoming
  const share = services.uploads.open(owner)
  try {
    return services.replies.sendData(request, reply, await answerUpload(incoming, share))
  } finally {
    // Not before: the images are views of the body.
    share.close()
  }
}

async function answerUpload<Body>(incoming: IncomingCall<Body>, share: UploadShare): Promise<object> {
  const { request, reply, services, gate, engine } = incoming
  const { call } = request
  const cameWithHead = !isIncomplete(request.raw)
  const requireRoom = (pictures: number): void => {
    if (pictures > 0) engine.requireRoom?.(pictures)
  }
  const admit = (): void => {
    if (isRefusedAtOnce(request)) requireRoom(incoming.pictures)
  }
  const upload = { request: request.raw, response: reply.raw, call, share, admit }
  const body = await timed(call, 'upload', () => services.uploads.read(upload, incoming.chooseParser))
  const { identity, pictures, answer } = await incoming.open(body, cameWithHead)
  share.prove(identity.appid)
  // Before anything is spent: who is asked to come again must be able to, with the same signature.
  requireRoom(pictures)
  gate.losses.requirePeace(identity.appid)
  const giveBack = await gate.quotas.reserve(identity.appid, identity.limits?.monthlyQuota)
  try {
    return await answer({ identity, share, request, reply, gate, stop: stopWhenClientLeaves(reply) })
  } finally {
    giveBack()
  }
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
