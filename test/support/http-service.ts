import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { CredentialSource, SignatureLedger } from '../../src/auth/authenticate.js'
import { createLossGate } from '../../src/auth/loss-gate.js'
import { computeSignature, type SignatureFields } from '../../src/auth/signature.js'
import { analyzeWith, type FaceEngine, type FacesInPicture, type Quality } from '../../src/engine/engine.js'
import { type ErrorName, FaceCompareError } from '../../src/errors.js'
import { type AppOptions, createApp } from '../../src/http/app.js'
import { ALL_DOORS } from '../../src/openapi/doors.js'
import { NO_COHORT } from '../../src/score/cohort.js'
import { type RekognitionOptions, rekognition } from '../../src/wires/rekognition/wire.js'
import { tencentIai } from '../../src/wires/tencent-iai/wire.js'
import { type TencentImageOptions, tencentImage } from '../../src/wires/tencent-image/wire.js'
import { MEAN_FACE } from './mean-face.js'

export const NOW_SECONDS = 1_700_000_000
export const APPID = '10001290'
export const BUCKET = 'tencentyun'
export const SECRET_ID = 'AKIDgaoOYh2kOmJfWVdH4lpfxScG2zPLPGoK'
export const SECRET_KEY = 'nwOKDouy5JctNOlnere4gkVoOUz5EYAb'
export const MAX_IMAGE_BYTES = 64 * 1024
export const MAX_BODY_BYTES = 2 * Math.ceil((4 / 3) * MAX_IMAGE_BYTES) + 64 * 1024

/** What the fake engine does with an image that begins with one of these words; every other image has a face. */
const FAILURES: ReadonlyMap<string, ErrorName> = new Map([
  ['noface', 'FACE_NOT_DETECTED'],
  ['garbage', 'IMAGE_FORMAT_UNSUPPORTED'],
  ['broken', 'IMAGE_UNDECODABLE'],
  ['busy', 'TOO_MANY_REQUESTS'],
  ['late', 'INTERNAL'],
])

/** How the fake engine sees images of these words shown; every other one is plain. */
const QUALITIES: ReadonlyMap<string, Quality | undefined> = new Map([
  ['blurred', { score: 1.23, reasons: ['blurred', 'dark'] }],
  ['poor', { score: 2.99, reasons: [] }],
  ['dim', { score: 40, reasons: ['dark'] }],
  ['unmeasured', undefined],
])

export interface FakeEngine extends FaceEngine {
  /** Every image that came, as latin1 text. */
  readonly seen: string[]
  /** How many `slow` images were given up because their signal aborted. */
  readonly aborted: () => number
}

/** An engine whose faces are the bytes of their images: equal bytes score 100, others 42.5. `slow` never ends by itself. */
export function createFakeEngine(): FakeEngine {
  const seen: string[] = []
  let aborted = 0
  const findFaces: FaceEngine['findFaces'] = async (image, _options, signal) => {
    const text = Buffer.from(image).toString('latin1')
    seen.push(text)
    if (text === 'crash') throw new Error('secret /etc/passwd')
    const failure = FAILURES.get(text)
    if (failure) throw new FaceCompareError(failure, `The fake engine failed: ${text}.`)
    if (text === 'slow') {
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      aborted++
      throw new Error('aborted')
    }
    return fakePicture(image)
  }
  return {
    seen,
    aborted: () => aborted,
    findFaces,
    analyze: analyzeWith(findFaces),
    leastQuality: 3,
    tellsAttributes: true,
    compare(a, b) {
      const same = Buffer.from(a.embedding.buffer).equals(Buffer.from(b.embedding.buffer))
      const similarity = same ? 100 : 42.5
      return { similarity, parts: { eyebrow: 1, eye: 2.5, nose: 3, mouth: 100 }, cosine: 0 }
    },
    async close() {},
  }
}

function fakePicture(image: Uint8Array): FacesInPicture {
  const part = new Float32Array(1)
  const text = Buffer.from(image).toString('latin1')
  const template = {
    packId: 'fake',
    embedding: Float32Array.from(image),
    cohort: NO_COHORT,
    parts: { eyebrow: part, eye: part, nose: part, mouth: part },
  }
  const face = {
    box: { x: 0, y: 0, width: 1, height: 1 },
    landmarks: Float32Array.from(MEAN_FACE, (value) => 100 * value),
    detectionScore: 1,
    rollDegrees: 0,
    quality: QUALITIES.has(text) ? QUALITIES.get(text) : { score: 90, reasons: [] },
    template,
  }
  const stages = { decodeMs: 1, detectMs: 2, alignMs: 3, embedMs: 4 }
  return { faces: [face], faceCount: 1, imageWidth: 1, imageHeight: 1, stages }
}

/** The host of a url names the failure, or its path the bytes: `http://host/noface` is an image without a face. */
export async function fakeFetch(url: string, signal?: AbortSignal): Promise<Uint8Array> {
  const { hostname, pathname } = new URL(url)
  if (hostname === 'unreachable') throw new FaceCompareError('URL_UNREACHABLE', 'The host cannot be reached.')
  if (hostname === 'status-404') throw new FaceCompareError('URL_DOWNLOAD_FAILED', 'The url answered with 404.')
  if (hostname === 'crash') throw new Error('secret')
  if (hostname === 'slow') {
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
    throw new Error('aborted')
  }
  return Buffer.from(pathname.slice(1))
}

export function createFakeStore(): CredentialSource & SignatureLedger {
  const claimed = new Set<string>()
  return {
    findApp: async (appid) => {
      if (appid === 'down') throw new Error('secret')
      return appid === 'unknown' ? undefined : { appid, enabled: appid !== 'off' }
    },
    findKey: async (secretId) => {
      if (secretId === 'unknown') return undefined
      const appid = secretId === 'other' ? '999' : secretId === SECRET_ID || secretId === 'revoked' ? APPID : secretId
      return { secretId, appid, secretKey: SECRET_KEY, revoked: secretId === 'revoked' }
    },
    claimSignature: async (id) => {
      if (claimed.has(id)) return false
      claimed.add(id)
      return true
    },
  }
}

export type ServiceOptions = Partial<AppOptions & TencentImageOptions & RekognitionOptions>

export async function startApp(options: ServiceOptions = {}): Promise<FastifyInstance> {
  const wireOptions = {
    engine: createFakeEngine(),
    fetchImage: fakeFetch,
    store: createFakeStore(),
    rateLimiter: { take: async () => {} },
    losses: createLossGate(),
    now: () => new Date(NOW_SECONDS * 1000),
    ...options,
  }
  return createApp({
    wires: [tencentImage(wireOptions), rekognition(wireOptions), tencentIai(wireOptions)],
    doors: ALL_DOORS,
    maxImageBytes: MAX_IMAGE_BYTES,
    corsOrigins: [],
    statusAlways200: false,
    logger: false,
    isReady: async () => true,
    ...options,
  })
}

/** Lets it listen on a free port of the loopback. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

export function sign(fields: Partial<SignatureFields> = {}, secretKey = SECRET_KEY): string {
  const base = {
    appid: APPID,
    bucket: BUCKET,
    secretId: SECRET_ID,
    issuedAt: NOW_SECONDS,
    expiresAt: NOW_SECONDS + 300,
  }
  return computeSignature({ ...base, ...fields }, secretKey)
}

export const signOnce = (fileId: string) => sign({ expiresAt: 0, fileId })

export interface Part {
  readonly name?: string
  /** Everything in the part's header; by default a Content-Disposition with the name alone. */
  readonly header?: string
  readonly value: string | Buffer
}

export const BOUNDARY = '--------------acebdf13572468'

export function multipart(parts: readonly Part[], { boundary = BOUNDARY, lineEnd = '\r\n', end = true } = {}): Buffer {
  const chunks = parts.flatMap(({ name, header, value }) => [
    Buffer.from(`--${boundary}${lineEnd}`),
    Buffer.from(`${header ?? `Content-Disposition: form-data; name="${name}"`}${lineEnd}${lineEnd}`, 'latin1'),
    Buffer.from(value),
    Buffer.from(lineEnd),
  ])
  return Buffer.concat([...chunks, Buffer.from(end ? `--${boundary}--${lineEnd}` : '')])
}
