/** What the calls of the soak have in common: what they are made of, what they may be answered with. */

import { computeSignature, type SignatureFields } from '../src/auth/signature.js'
import { ERRORS, type ErrorName } from '../src/errors.js'
import type { Credential } from '../src/store/store.js'
import { encodeMultipart } from './http-requests.js'
import { APPS } from './soak-site.js'
import { callHttp, type HttpCall, type Reply } from './soak-wire.js'

export const NATURES = ['good', 'bad', 'hostile'] as const
export type Nature = (typeof NATURES)[number]

/** What calls are made with. */
export interface Scene {
  readonly port: number
  readonly imagesUrl: string
  readonly closedUrl: string
  readonly man: Uint8Array
  readonly manAgain: Uint8Array
  readonly woman: Uint8Array
  /** Several people in a photograph of 3 megapixels. */
  readonly group: Uint8Array
  readonly noFace: Uint8Array
  /** The man in every format, by its name. */
  readonly formats: Readonly<Record<string, Uint8Array>>
  /** 0 to 1, the same in each run. */
  readonly random: () => number
}

export interface CallKind {
  readonly name: string
  readonly nature: Nature
  /** What it may be answered with. */
  readonly codes: readonly number[]
  readonly send: (scene: Scene) => Promise<Reply>
  /** Whether the original's answer of code 0 has no session_id. */
  readonly isBare?: boolean
  /** What is wrong with an answer of code 0; undefined when nothing is. */
  readonly judge?: (data: Readonly<Record<string, unknown>>) => string | undefined
}

export const OK = 0

export function codeOf(name: ErrorName): number {
  return ERRORS[name].code
}

/** These, and code 15: what has a right signature is refused when there is too much at once. */
export function orBusy(...codes: readonly number[]): readonly number[] {
  return [...codes, codeOf('TOO_MANY_REQUESTS')]
}

export type Fields = Readonly<Record<string, string | Uint8Array>>
/** Fields of JSON, some of which are lists. */
export type ListFields = Readonly<Record<string, string | Uint8Array | readonly (string | Uint8Array)[]>>

const SIGNATURE_SECONDS = 300
let lastFileId = 0

/** A signature for many uses, unless the fields say otherwise. */
export function sign(fields: Partial<SignatureFields> = {}, { secretKey, ...named }: Credential = APPS.main): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...named, issuedAt, expiresAt: issuedAt + SIGNATURE_SECONDS, ...fields }, secretKey)
}

export function signOnce(): string {
  lastFileId++
  return sign({ expiresAt: 0, fileId: `file-${lastFileId}` })
}

/** Images as files, everything else as text; with the appid of the main app unless another is given. */
export function multipartCall(fields: Fields, signature = sign()): HttpCall {
  const parts = Object.entries({ appid: APPS.main.appid, ...fields }).map(([name, value]) => {
    return [`name="${name}"${typeof value === 'string' ? '' : `; filename="${name}.jpg"`}`, value] as const
  })
  const { contentType, body } = encodeMultipart(parts)
  return { headers: { authorization: signature, 'content-type': contentType }, body }
}

export function jsonCall(fields: ListFields, signature = sign()): HttpCall {
  const toText = (value: string | Uint8Array) =>
    typeof value === 'string' ? value : Buffer.from(value).toString('base64')
  const all: ListFields = { appid: APPS.main.appid, ...fields }
  const texts = Object.entries(all).map(([name, value]) => {
    return [name, typeof value === 'string' || value instanceof Uint8Array ? toText(value) : value.map(toText)]
  })
  return withBody(JSON.stringify(Object.fromEntries(texts)), signature)
}

export function withBody(body: string | Uint8Array, signature = sign(), contentType = 'application/json'): HttpCall {
  return { headers: { authorization: signature, 'content-type': contentType }, body: Buffer.from(body) }
}

/** A kind whose calls are ordinary HTTP. */
export function httpKind(
  nature: Nature,
  name: string,
  codes: readonly number[],
  make: (scene: Scene) => HttpCall,
): CallKind {
  return { name, nature, codes, send: (scene) => callHttp(scene.port, make(scene)) }
}
