import type { CredentialSource, SignatureLedger } from '../../auth/authenticate.js'
import type { Gallery } from '../../calls/gallery.js'
import type { FaceEngine } from '../../engine/engine.js'
import type { Wire } from '../../http/wire.js'
import type { FetchImage } from '../../image/fetch-remote.js'
import { createGate, type GateOptions } from '../gate.js'
import { requireSignature } from './authenticate-request.js'
import { COMPARE_NAMES, readComparison } from './compare.js'
import type { WireCall, WireContext } from './context.js'
import { PICTURE_NAMES, readDetection, readShape } from './detect.js'
import { GROUP_CALLS } from './groups.js'
import { PERSON_CALLS } from './persons.js'
import { receiveCall } from './receive.js'
import { SEARCH_CALLS } from './search.js'
import { UNSUPPORTED_CALLS } from './unsupported.js'

export interface TencentImageOptions extends GateOptions {
  readonly engine: FaceEngine
  readonly fetchImage: FetchImage
  /** Where keys are looked up and single-use signatures are claimed. */
  readonly store: CredentialSource & SignatureLedger
  /** Persons who are enrolled; calls about them are refused when absent. */
  readonly gallery?: Gallery | undefined
}

/** The calls of Tencent Cloud's first face recognition API (docs/api.md). */
export const CALLS: readonly WireCall[] = [
  { path: '/face/compare', names: COMPARE_NAMES, pictures: 2, read: readComparison },
  { path: '/face/detect', names: PICTURE_NAMES, pictures: 1, read: readDetection },
  { path: '/face/shape', names: PICTURE_NAMES, pictures: 1, read: readShape },
  ...PERSON_CALLS,
  ...GROUP_CALLS,
  ...SEARCH_CALLS,
  ...UNSUPPORTED_CALLS,
]

export function tencentImage({ engine, fetchImage, gallery, ...options }: TencentImageOptions): Wire {
  const gate = createGate(options)
  return (app, services) => {
    const { maxImageBytes } = services.uploads
    const context: WireContext = { engine, fetchImage, ledger: options.store, gate, maxImageBytes, gallery }
    app.addHook('onRequest', (request) => requireSignature(request, gate))
    for (const wireCall of CALLS) {
      app.post(wireCall.path, (request, reply) => receiveCall({ request, reply, wireCall, context, services }))
    }
  }
}
