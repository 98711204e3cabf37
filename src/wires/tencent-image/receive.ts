import type { FastifyReply, FastifyRequest } from 'fastify'
import { claimSingleUse, type Identity } from '../../auth/authenticate.js'
import { FaceCompareError } from '../../errors.js'
import { parseFields } from '../../http/upload.js'
import type { WireServices } from '../../http/wire.js'
import { receive } from '../receive.js'
import { checkApp } from './app-fields.js'
import { requireSignatureStill } from './authenticate-request.js'
import type { WireCall, WireContext } from './context.js'

/** A call, and what it is answered with. */
export interface Receiving {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly wireCall: WireCall
  readonly context: WireContext
  readonly services: WireServices
}

/** A signed call: its fields, its app, its single use, its answer. Throws FaceCompareErrors. */
export async function receiveCall({ request, reply, wireCall, context, services }: Receiving): Promise<FastifyReply> {
  const { engine, gate, ledger } = context
  const { names, pictures, countPictures } = wireCall
  wireCall.isRefused?.(context)
  return receive({
    request,
    reply,
    services,
    gate,
    engine,
    owner: { appid: identityOf(request).appid },
    pictures,
    chooseParser: (contentType) => parseFields(contentType, names),
    async open(fields, cameWithHead) {
      const identity = cameWithHead ? identityOf(request) : await requireSignatureStill(request, gate)
      checkApp(fields, identity)
      const answer = wireCall.read(fields, context)
      return {
        identity,
        pictures: countPictures?.(fields) ?? pictures,
        async answer(open) {
          await claimSingleUse(identity, ledger)
          return answer({ ...context, ...open, fields })
        },
      }
    },
  })
}

/** Of a request that the signature's hook let in. */
function identityOf({ call }: FastifyRequest): Identity {
  if (!call.identity) throw new FaceCompareError('SIGNATURE_MISSING', 'The request carries no signature.')
  return call.identity
}
