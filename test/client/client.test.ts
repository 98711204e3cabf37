import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createFaceCompareClient,
  createSignature,
  type FaceCompareClientOptions,
  type ImageSource,
  type Transport,
} from '../../src/client/index.js'
import { APPID, BUCKET, createFakeEngine, listen, SECRET_ID, SECRET_KEY, startApp } from '../support/http-service.js'
import { answer, OK_BODY, startAnswers } from './answers.js'

const engine = createFakeEngine()
const KEY = { appid: APPID, secretId: SECRET_ID, secretKey: SECRET_KEY }
const now = () => new Date()
/** Bytes that are no text, with a line in them that looks like the end of a part. */
const IMAGE = Buffer.from('\xff\xd8\r\n--facecompare-\r\n\x00\xff\xd9', 'latin1')
const text = (word: string) => Buffer.from(word)

let apps: readonly FastifyInstance[]
let url: string
let always200Url: string
beforeAll(async () => {
  apps = await Promise.all([startApp({ engine, now }), startApp({ engine, now, statusAlways200: true })])
  const [port, always200Port] = await Promise.all(apps.map(listen))
  url = `http://127.0.0.1:${port}`
  always200Url = `http://127.0.0.1:${always200Port}`
})
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()))
})
beforeEach(() => {
  engine.seen.length = 0
})

const connect = (options: Partial<FaceCompareClientOptions> = {}) =>
  createFaceCompareClient({ ...KEY, baseUrl: url, ...options } as FaceCompareClientOptions)

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('pictures', () => {
  const buffer = Uint8Array.from(IMAGE).buffer
  it.each<[string, ImageSource, string]>([
    ['a Buffer', IMAGE, IMAGE.toString('latin1')],
    ['a part of a larger array', new Uint8Array(buffer, 2, 3), IMAGE.subarray(2, 5).toString('latin1')],
    ['an ArrayBuffer', buffer, IMAGE.toString('latin1')],
    ['a Blob', new Blob([IMAGE]), IMAGE.toString('latin1')],
    ['a File', new File([IMAGE], 'a".jpg'), IMAGE.toString('latin1')],
    ['a url', 'http://host/a%20b?c=%26', 'a%20b'],
    ['a url with other letters', 'http://host/%E5%9B%BE?名=图', '%E5%9B%BE'],
    ['a URL', new URL('http://host/a.jpg'), 'a.jpg'],
  ])('are %s, on either side', async (_name, source, seen) => {
    await connect().compare(source, text('another'))
    await connect().compare(text('another'), source)
    expect([...engine.seen].sort()).toEqual([seen, seen, 'another', 'another'].sort())
  })

  it.each<[string, unknown, string]>([
    ['the name of a file', 'a.jpg', 'the text "a.jpg"'],
    ['a url of another scheme', 'file:///a.jpg', 'the text "file:///a.jpg"'],
    [
      'a long data: url',
      `data:image/png;base64,${'A'.repeat(500)}`,
      `the text "data:image/png;base64,${'A'.repeat(18)}..."`,
    ],
    ['half a letter', 'http://host/\ud83d', 'the text "http://host/\\ud83d"'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7, 'number'],
    ['an object', {}, 'object'],
  ])('are not %s', async (_name, source, shown) => {
    const failure = await failureOf(connect().compare(IMAGE, source as ImageSource))
    expect(failure).toBeInstanceOf(TypeError)
    expect(String(failure)).toContain(`Expected image B to be bytes, a Blob or an http(s) url but received ${shown}.`)
    expect(engine.seen).toEqual([])
  })
})

describe('a comparison', () => {
  it('has everything that is on the wire, and a verdict', async () => {
    const comparison = await connect().compare(IMAGE, text('other'))
    expect(comparison).toEqual({
      similarity: 42.5,
      match: false,
      threshold: 70,
      parts: { eyebrow: 1, eye: 2.5, nose: 3, mouth: 100 },
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(await connect().compare(IMAGE, text('other'), { threshold: 42.5 })).toMatchObject({ match: true })
  })

  it('says where the faces are when asked', async () => {
    const { faces } = await connect().compare(IMAGE, IMAGE, { returnFaces: true })
    expect(faces.A).toEqual(faces.B)
    expect(faces.A).toMatchObject({ box: { x: 0, y: 0, width: 1, height: 1 }, detectionScore: 1, rollDegrees: 0 })
    expect(faces.A.faceCount).toBe(1)
    expect(faces.A.landmarks).toHaveLength(68)
    // Of the mean face, which the engine here finds in every picture.
    expect(faces.A.landmarks[67]).toEqual([45, 74])
  })

  it('says how long the stages took where the service tells, and how large the pictures are', async () => {
    const face = { box: { x: 1, y: 2, width: 3, height: 4 }, landmarks: [[5, 6]], detection_score: 0.9, roll: -7 }
    const faceA = { ...face, face_count: 2, image_width: 640, image_height: 480 }
    const data = { ...OK_BODY.data, faceA, faceB: { ...face, face_count: 1 } }
    const timing = { 'Server-Timing': 'decodeA;dur=1.5, embedB;dur=20;desc="x", broken' }
    const server = await startAnswers([answer(200, { ...OK_BODY, data }, timing)])
    const { faces, stagesMs } = await connect({ baseUrl: server.url }).compare(IMAGE, IMAGE, { returnFaces: true })
    await server.close()
    expect(stagesMs).toEqual({ decodeA: 1.5, embedB: 20 })
    expect(faces.A).toEqual({
      box: face.box,
      landmarks: [[5, 6]],
      detectionScore: 0.9,
      rollDegrees: -7,
      faceCount: 2,
      imageWidth: 640,
      imageHeight: 480,
    })
    expect(faces.B).not.toHaveProperty('imageWidth')
  })

  it('says how well each face is shown, where the service tells', async () => {
    const call = { returnFaces: true, minQuality: 0 } as const
    const { faces, qualityChecked } = await connect().compare(text('dim'), text('unmeasured'), call)
    expect(faces.A).toMatchObject({ quality: 40, qualityReasons: ['dark'] })
    expect(faces.B).not.toHaveProperty('quality')
    expect(faces.B).not.toHaveProperty('qualityReasons')
    expect(qualityChecked).toBe(false)
  })

  it('leaves out what a later service may find wrong with a picture', async () => {
    const face = { box: { x: 1, y: 2, width: 3, height: 4 }, landmarks: [], detection_score: 1, roll: 0, face_count: 1 }
    const faceA = { ...face, quality: 7, quality_reasons: ['dark', 'upside_down', 7] }
    const faceB = { ...face, quality: 8 }
    const server = await startAnswers([answer(200, { ...OK_BODY, data: { ...OK_BODY.data, faceA, faceB } })])
    const { faces } = await connect({ baseUrl: server.url }).compare(IMAGE, IMAGE, { returnFaces: true })
    await server.close()
    expect(faces.A).toMatchObject({ quality: 7, qualityReasons: ['dark'] })
    expect(faces.B).toMatchObject({ quality: 8, qualityReasons: [] })
  })

  it('asks for the quality that it is told to', async () => {
    expect(await connect().compare(text('blurred'), IMAGE, { minQuality: 0 })).toMatchObject({ qualityChecked: false })
    expect(await connect().compare(text('dim'), IMAGE, { minQuality: 39.5 })).toMatchObject({ qualityChecked: true })
    expect(await failureOf(connect().compare(text('dim'), IMAGE, { minQuality: 41 }))).toMatchObject({ code: -1103 })
    expect(await connect().compare(text('dim'), IMAGE)).not.toHaveProperty('qualityChecked')
  })

  it('takes a base url with a slash at its end, and a bucket', async () => {
    expect(await connect({ baseUrl: `${url}/`, bucket: BUCKET }).compare(IMAGE, IMAGE)).toMatchObject({
      similarity: 100,
    })
  })

  it('takes signatures that work once, of a function', async () => {
    const sign = () => createSignature(KEY, { fileId: 'photo' })
    const client = connect({ sign, secretId: undefined, secretKey: undefined })
    await client.compare(IMAGE, IMAGE)
    expect(await client.compare(IMAGE, IMAGE)).toMatchObject({ match: true })
  })
})

describe('what sign gives', () => {
  const keyless = { secretId: undefined, secretKey: undefined }

  it('may end in a newline', async () => {
    const client = connect({ ...keyless, sign: async () => `${await createSignature(KEY)}\n` })
    expect(await client.compare(IMAGE, IMAGE)).toMatchObject({ match: true })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a page', '<html>\nLog in</html>'],
    ['the JSON of a response', { sign: 'x' }],
  ])('is no %s', async (_name, given) => {
    const failure = await failureOf(connect({ ...keyless, sign: () => given as string }).compare(IMAGE, IMAGE))
    expect(failure).toMatchObject({
      name: 'TypeError',
      message: 'Expected sign to give a signature but received something else.',
    })
  })
})

describe('an error of the service', () => {
  it('names the picture that failed', async () => {
    expect(await failureOf(connect().compare(IMAGE, text('noface')))).toMatchObject({
      name: 'FaceCompareApiError',
      code: -1101,
      kind: 'SDK_IMAGE_FACEDETECT_FAILED',
      detail: 'The fake engine failed: noface.',
      message: 'SDK_IMAGE_FACEDETECT_FAILED (code -1101, image B): The fake engine failed: noface.',
      side: 'B',
      status: 200,
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      retryAfterSeconds: undefined,
    })
  })

  it('tells what is wrong with the picture of a face that is shown too poorly', async () => {
    expect(await failureOf(connect().compare(IMAGE, text('blurred')))).toMatchObject({
      code: -1103,
      kind: 'SDK_FEAT_PROCESSFAILED',
      detail: 'The face is too blurred and dark to be compared: quality 1.23 of at least 3.',
      side: 'B',
      quality: 1.23,
      qualityReasons: ['blurred', 'dark'],
    })
    expect(await failureOf(connect().compare(text('noface'), IMAGE))).toMatchObject({
      quality: undefined,
      qualityReasons: [],
    })
  })

  it('names no picture when it is of none', async () => {
    const failure = await failureOf(
      connect({ secretKey: 'wrong' } as Partial<FaceCompareClientOptions>).compare(IMAGE, IMAGE),
    )
    expect(failure).toMatchObject({ code: 14, status: 401, side: undefined })
  })

  it('is known by its code where every status is 200', async () => {
    const client = connect({ baseUrl: always200Url, retries: 0 })
    expect(await failureOf(client.compare(IMAGE, text('busy')))).toMatchObject({
      code: 15,
      status: 200,
      retryAfterSeconds: 1,
    })
    expect(await failureOf(client.compare(text('late'), IMAGE))).toMatchObject({ code: 213, side: 'A', status: 200 })
    expect(await client.compare(IMAGE, IMAGE)).toMatchObject({ similarity: 100 })
  })
})

describe('options that cannot be right', () => {
  it.each<[string, object, string]>([
    ['a base url without a scheme', { baseUrl: 'faces.example.com' }, 'baseUrl'],
    ['a base url with a query', { baseUrl: 'http://host/?a=1' }, 'baseUrl'],
    ['no appid', { appid: '' }, 'appid'],
    ['no key', { secretKey: undefined }, 'secretKey or'],
    ['a key and a function', { sign: () => 'x' }, 'either'],
    ['half a retry', { retries: 0.5 }, 'retries'],
    ['no time', { timeoutMs: 0 }, 'timeoutMs'],
  ])('%s', (_name, options, named) => {
    expect(() => connect(options)).toThrow(/^Expected /)
    expect(() => connect(options)).toThrow(named === 'secretKey or' ? 'secretKey' : named)
  })

  it('a base url with a password, which is not shown', () => {
    const failing = () => connect({ baseUrl: 'http://me:hunter2@host' })
    expect(failing).toThrow('Expected baseUrl to have no user and no password.')
    expect(failing).not.toThrow('hunter2')
  })

  it.each([
    { threshold: 101 },
    { threshold: Number.NaN },
    { minQuality: -1 },
    { minQuality: 100.1 },
    { minQuality: Number.NaN },
    { timeoutMs: -1 },
  ])('of a call: %j', async (options) => {
    expect(await failureOf(connect().compare(IMAGE, IMAGE, options))).toBeInstanceOf(RangeError)
  })
})

describe('a transport', () => {
  it('that throws anything is a lost connection', async () => {
    let sent = 0
    const transport: Transport = {
      send() {
        sent++
        throw new Error('broken bridge')
      },
    }
    const failure = await failureOf(connect({ transport }).compare(IMAGE, IMAGE))
    expect(failure).toMatchObject({ reason: 'lost', cause: { message: 'broken bridge' } })
    expect(sent).toBe(1)
  })
})
