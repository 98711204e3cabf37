import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Gallery } from '../../src/calls/gallery.js'
import { analyzeWith, type FaceEngine, type FoundFace } from '../../src/engine/engine.js'
import { ERRORS, type ErrorName, FaceCompareError } from '../../src/errors.js'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import type { Store } from '../../src/store/store.js'
import { faceLike, openGallery, PACK } from './gallery.js'
import {
  APPID,
  createFakeEngine,
  type FakeEngine,
  multipart,
  type Part,
  type ServiceOptions,
  sign,
  startApp,
} from './http-service.js'

/** What a JPEG begins with; a fake picture may begin with it too, and is then taken for one. */
export const JPEG = Buffer.from([0xff, 0xd8, 0xff])

/** A picture of the people whose names it has: `ann`, `ann+bob`; `ann~8` resembles her by eight tenths. */
export const photo = (names: string): Buffer => Buffer.concat([JPEG, Buffer.from(names)])

export const ATTRIBUTES = {
  ...{ pitchDegrees: 5.4, yawDegrees: -41, rollDegrees: -0.2 },
  ...{ age: 37.2, gender: 98.6, expression: 6, hasGlasses: true },
}

function isErrorName(text: string): text is ErrorName {
  return text in ERRORS
}

/**
 * An engine whose pictures are the names of those who are in them. The words at which the fake engine fails are as there, and the
 * name of an error fails with it.
 */
export function createNamedFaces(): FakeEngine {
  const fake = createFakeEngine()
  const findFaces: FaceEngine['findFaces'] = async (image, options, signal) => {
    const text = Buffer.from(image).toString('latin1').replace(JPEG.toString('latin1'), '')
    const picture = await fake.findFaces(Buffer.from(text, 'latin1'), options, signal)
    if (isErrorName(text)) throw new FaceCompareError(text, 'The fake engine fails as it was told.')
    const [shown] = picture.faces
    if (!shown) throw new Error('Expected a face')
    const names = text.split('+')
    const faces = names.map((name, i) => nameFace(name, i, options.attributes, shown))
    return { ...picture, faces: options.which === 'all' ? faces : faces.slice(0, 1), imageWidth: 640, imageHeight: 480 }
  }
  return { ...fake, findFaces, analyze: analyzeWith(findFaces) }
}

function nameFace(name: string, index: number, withAttributes: boolean, shown: FoundFace): FoundFace {
  const [base = '', tenths = '10'] = name.split('~')
  const { embedding, cohort } = faceLike(base, Number(tenths) / 10)
  const parts = shown.template?.parts
  if (!parts) throw new Error('Expected a template')
  return {
    ...shown,
    quality: base === 'blurred' ? { score: 1.23, reasons: ['blurred'] } : { score: 90, reasons: [] },
    box: { x: 44.4 + 100 * index, y: 32.6, width: 64.04, height: 70.26 },
    landmarks: Float32Array.from({ length: 136 }, (_, i) => i + 0.4),
    template: { packId: PACK, embedding, cohort, parts },
    ...(withAttributes ? { attributes: ATTRIBUTES } : {}),
  }
}

/** What the tests look at of an answer. */
export interface Answered {
  readonly status: number
  readonly code: number
  readonly message: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any form
  readonly data: any
}

export interface GalleryService {
  readonly app: FastifyInstance
  readonly engine: FakeEngine
  readonly gallery: Gallery
  readonly store: Store
  /** Sends a JSON body, with the appid first unless it has its own. */
  readonly json: (call: string, body?: object) => Promise<Answered>
  /** Sends a multipart body, with the appid first unless it has its own. */
  readonly form: (call: string, parts: readonly Part[]) => Promise<Answered>
  /** Sends a body as it is; with a signature that holds when it is not told. */
  readonly send: (call: string, contentType: string, body: string | Buffer, authorization?: string) => Promise<Answered>
  readonly close: () => Promise<void>
}

export interface GalleryServiceOptions {
  readonly limits?: Partial<Gallery['limits']>
  readonly tellsAttributes?: boolean
  /** What stands in place of parts of the gallery. */
  readonly gallery?: (gallery: Gallery) => Partial<Gallery>
  readonly app?: ServiceOptions
}

/** The service with a gallery in an embedded store of its own. */
export async function startGalleryService(options: GalleryServiceOptions = {}): Promise<GalleryService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'facecompare-gallery-'))
  const store = await openEmbeddedStore({ dataDir })
  const { gallery: opened, mirror } = openGallery(store, options.limits ? { limits: options.limits } : {})
  const { tellsAttributes = true } = options
  const gallery = { ...opened, ...options.gallery?.(opened) }
  const engine = { ...createNamedFaces(), tellsAttributes }
  const app = await startApp({ engine, gallery, statusAlways200: true, ...options.app })
  const send: GalleryService['send'] = async (call, contentType, payload, authorization = sign()) => {
    const headers = { authorization, 'content-type': contentType }
    const response = await app.inject({ method: 'POST', url: `/face/${call}`, headers, payload })
    return { status: response.statusCode, ...response.json() }
  }
  return {
    ...{ app, engine, gallery, store, send },
    json: (call, body = {}) => send(call, 'application/json', JSON.stringify({ appid: APPID, ...body })),
    form: (call, parts) => {
      const hasAppid = parts.some(({ name, header = '' }) => name === 'appid' || header.includes('name="appid"'))
      const all = hasAppid ? parts : [{ name: 'appid', value: APPID }, ...parts]
      return send(call, 'multipart/form-data; boundary=--------------acebdf13572468', multipart(all))
    },
    async close() {
      await app.close()
      await mirror.close()
      await store.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}
