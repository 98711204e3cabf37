/** How the soak talks to the doors: signed as their SDKs do, and their errors read as codes of ours. */
import { ERRORS, type ErrorName, FaceCompareError } from '../src/errors.js'
import type { Credential } from '../src/store/store.js'
import { EXCEPTIONS, exceptionOf } from '../src/wires/rekognition/errors.js'
import { codeOf as iaiCodeOf } from '../src/wires/tencent-iai/errors.js'
import { awsRequest, iaiRequest, type WireRequest } from '../test/support/wires.js'
import { type CallKind, type Nature, OK, type Scene } from './soak-kinds.js'
import { APPS } from './soak-site.js'
import { callHttp, type HttpCall, type ReadAnswer, readFirstWire } from './soak-wire.js'

export interface Door {
  readonly name: string
  /** A call by its name, signed by the app; `seconds` is when, and `isHashed` whether AWS is told the hash of the body. */
  readonly request: (
    call: string,
    body: string | Buffer,
    options?: { readonly credential?: Credential; readonly seconds?: number; readonly isHashed?: boolean },
  ) => WireRequest
  /** What its clients know an error of ours by. */
  readonly nameOf: (kind: ErrorName) => string
  /** Names of its own that stand for an error of ours. */
  readonly ownNames: Readonly<Record<string, ErrorName>>
  /** The name and the text of an error, or the members of an answer. */
  readonly readAnswer: (answer: object) => { readonly error?: string; readonly detail?: string; readonly data?: object }
}

const nowSeconds = () => Math.floor(Date.now() / 1000)

const memberOf = (value: object, name: string): unknown => Object.entries(value).find(([key]) => key === name)?.[1]

export const REKOGNITION_DOOR: Door = {
  name: 'rekognition',
  request: (operation, body, { credential = APPS.main, seconds = nowSeconds(), isHashed = true } = {}) =>
    awsRequest(body, { operation, ...credential, seconds, isHashed }),
  nameOf: (kind) => exceptionOf(new FaceCompareError(kind, '')),
  ownNames: { ValidationException: 'INVALID_PARAMETER' },
  readAnswer(answer) {
    const error = memberOf(answer, '__type')
    if (typeof error !== 'string') return { data: answer }
    return { error: error in EXCEPTIONS ? error : `an unknown ${error}`, detail: String(memberOf(answer, 'Message')) }
  },
}

export const IAI_DOOR: Door = {
  name: 'iai',
  request: (action, body, { credential = APPS.main, seconds = nowSeconds() } = {}) =>
    iaiRequest(body, { action, ...credential, seconds }),
  nameOf: (kind) => iaiCodeOf(new FaceCompareError(kind, '')),
  ownNames: {
    'InvalidParameterValue.UrlIllegal': 'INVALID_PARAMETER',
    'InvalidParameterValue.FaceModelVersionIllegal': 'INVALID_PARAMETER',
  },
  readAnswer(answer) {
    const response = memberOf(answer, 'Response')
    if (typeof response !== 'object' || response === null) return {}
    const error = memberOf(response, 'Error')
    if (typeof error !== 'object' || error === null) return { data: response }
    return { error: String(memberOf(error, 'Code')), detail: String(memberOf(error, 'Message')) }
  },
}

/** Of an error that the call may not be answered with. */
const NO_CODE = Number.MIN_SAFE_INTEGER

/** Reads an answer, its errors as those of ours that are among the `refusals`, or that are looked for in every answer. */
function reader(door: Door, refusals: Refusals): ReadAnswer {
  const kinds: Refusals = [...refusals, 'TOO_MANY_REQUESTS', 'INTERNAL']
  const codes = new Map<string, number>()
  // Of several with one name the first counts.
  for (const kind of [...kinds].reverse()) codes.set(door.nameOf(kind), ERRORS[kind].code)
  for (const [name, kind] of Object.entries(door.ownNames)) if (kinds.includes(kind)) codes.set(name, ERRORS[kind].code)
  return (answer, requestId) => {
    // What is refused before its wire is known is refused as on the first.
    const early = readFirstWire(answer, requestId)
    if (early || typeof answer !== 'object' || answer === null) return early
    const { error, detail, data } = door.readAnswer(answer)
    if (error === undefined) return data && { code: OK, data: { ...data, session_id: requestId } }
    return { code: codes.get(error) ?? NO_CODE, data: { detail: `${error}: ${detail}`, session_id: requestId } }
  }
}

/** Which errors a call may be answered with; with none of them it must succeed. */
export type Refusals = readonly ErrorName[]

/** Sends a request to a door. */
export function sendToDoor(port: number, door: Door, request: WireRequest, refusals: Refusals) {
  const { path, headers, body } = request
  const call: HttpCall = { path, headers, body: Buffer.from(body), read: reader(door, refusals) }
  return callHttp(port, call)
}

export interface DoorKind {
  readonly door: Door
  readonly nature: Nature
  readonly name: string
  readonly refusals: Refusals
  /** Whether success is right, too. */
  readonly mayPass?: boolean
  readonly make: (scene: Scene) => WireRequest
  readonly judge?: CallKind['judge']
}

export function doorKind({ door, nature, name, refusals, mayPass, make, judge }: DoorKind): CallKind {
  const codes = [...refusals, 'TOO_MANY_REQUESTS' as const].map((kind) => ERRORS[kind].code)
  return {
    name: `${door.name}: ${name}`,
    nature,
    codes: mayPass || refusals.length === 0 ? [OK, ...codes] : codes,
    send: (scene) => sendToDoor(scene.port, door, make(scene), refusals),
    ...(judge ? { judge } : {}),
  }
}
