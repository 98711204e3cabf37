import type { FastifyRequest } from 'fastify'
import { authenticate, type Identity } from '../../auth/authenticate.js'
import { timed } from '../../http/call-log.js'
import { admitApp, type SignatureGate } from '../gate.js'

/** Who calls, and whether that app may call now; decided from the head of the request, before its body is read. */
export async function requireSignature(request: FastifyRequest, gate: SignatureGate): Promise<void> {
  const { call } = request
  call.identity = await timed(call, 'signature', () => identify(request, gate))
  await admitApp(call.identity, gate)
}

/**
 * Who calls, looked at again when the body is there: it may have taken minutes, in which a signature expires, a key is
 * revoked, an app switched off. The call was counted before and is not counted again.
 */
export async function requireSignatureStill(request: FastifyRequest, gate: SignatureGate): Promise<Identity> {
  request.call.identity = await identify(request, gate)
  return request.call.identity
}

function identify(request: FastifyRequest, { credentials, now }: SignatureGate): Promise<Identity> {
  return authenticate(
    { authorization: request.headers.authorization, sign: readSign(request.query) },
    { credentials, nowSeconds: Math.floor(now().getTime() / 1000) },
  )
}

function readSign(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || !('sign' in query)) return undefined
  const { sign } = query
  // Two of them are none that can be read: a comma is not in the alphabet of Base64.
  return Array.isArray(sign) ? sign.join(',') : String(sign)
}
