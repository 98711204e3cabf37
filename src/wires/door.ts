import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../auth/authenticate.js'
import type { FaceEngine } from '../engine/engine.js'
import { timed } from '../http/call-log.js'
import { findClientNetwork } from '../http/client-address.js'
import type { WireServices } from '../http/wire.js'
import type { Turn } from '../turns.js'
import type { MayEnrol } from './enrolled.js'
import { admitApp, type GateOptions, type SignatureGate } from './gate.js'
import { type JsonObject, parseJsonObject } from './json-object.js'
import { type AskedCall, receive } from './receive.js'
import { hashBody } from './signed-body.js'
import type { OpenSignature, SignedHead } from './signed-request.js'

/** What the wires of other clouds are made with. */
export interface DoorOptions extends GateOptions, Partial<MayEnrol> {
  readonly engine: FaceEngine
}

/** What the calls of such a wire work with. */
export interface DoorContext extends MayEnrol {
  readonly engine: FaceEngine
  readonly gate: SignatureGate
}

/** Checks a signature as far as the head of a request goes. */
export type CheckHead = (
  head: SignedHead,
  context: { readonly credentials: SignatureGate['credentials']; readonly nowSeconds: number },
) => Promise<OpenSignature<Identity>>

/** A call whose name is known, on a wire whose requests are signed with their bodies. */
export interface DoorCall {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly services: WireServices
  readonly context: DoorContext
  readonly checkHead: CheckHead
  /** One of those that are served. */
  readonly operation: string
  /** How many pictures it hands to the engine at once. */
  readonly pictures: number
  /** Whether it is refused before its body is read. */
  readonly isRefused: () => void
  /** What the body asks for. Takes turns for its images. */
  readonly read: (body: JsonObject, turn: Turn) => Promise<AskedCall['answer']>
}

/**
 * Answers a call. Where the head does not prove whose it is, nothing is counted against the app until the body does, and nothing is told
 * of it: anybody may name the key of another one.
 */
export async function receiveAtDoor(doorCall: DoorCall): Promise<FastifyReply> {
  const { request, reply, services, context, operation, pictures } = doorCall
  const { call } = request
  const { engine, gate } = context
  call.operation = operation
  const check = () => timed(call, 'signature', () => checkHead(doorCall))
  const prove = async (identity: Identity): Promise<void> => {
    call.identity = identity
    await admitApp(identity, gate)
  }
  const signature = await check()
  const { isProven, claimed } = signature
  if (isProven) await prove(claimed)
  doorCall.isRefused()
  return receive({
    request,
    reply,
    services,
    gate,
    engine,
    owner: isProven ? claimed : { claimedAppid: claimed.appid, network: findClientNetwork(request.ips) },
    pictures,
    chooseParser: () => hashBody,
    async open({ bytes, sha256 }, cameWithHead) {
      const identity = (cameWithHead ? signature : await check()).close(sha256)
      if (isProven) call.identity = identity
      else await prove(identity)
      const answer = await services.uploads.workOn(bytes, async (turn) =>
        doorCall.read(await parseJsonObject(bytes, turn), turn),
      )
      return { identity, pictures, answer }
    },
  })
}

function checkHead({ request: { raw }, checkHead, context: { gate } }: DoorCall): Promise<OpenSignature<Identity>> {
  const head = { method: raw.method ?? '', target: raw.url ?? '', rawHeaders: raw.rawHeaders }
  return checkHead(head, { credentials: gate.credentials, nowSeconds: Math.floor(gate.now().getTime() / 1000) })
}
