import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  APPID,
  BOUNDARY,
  createFakeEngine,
  type FakeEngine,
  MAX_IMAGE_BYTES,
  multipart,
  sign,
  startApp,
} from '../support/http-service.js'

let app: FastifyInstance
let engine: FakeEngine
beforeEach(async () => {
  engine = createFakeEngine()
  app = await startApp({ engine })
})
afterEach(() => app.close())

const post = (payload: string | Buffer, contentType: string, url = '/face/compare') =>
  app.inject({ method: 'POST', url, payload, headers: { authorization: sign(), 'content-type': contentType } })

const json = { appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' }
const ALL_BYTES = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256))

describe('a good call', () => {
  it('is answered with exactly this', async () => {
    const response = await post(JSON.stringify(json), 'application/json')
    const sessionId = response.headers['x-request-id']
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe(
      `{"data":{"similarity":42.5,"eyebrow_sim":1,"eye_sim":2.5,"nose_sim":3,"mouth_sim":100,"session_id":"${sessionId}"},"code":0,"message":"OK"}`,
    )
    expect(response.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(response.body.length),
      'cache-control': 'no-store',
      vary: 'Origin',
    })
    expect(response.headers).not.toHaveProperty('server')
    expect(response.headers).not.toHaveProperty('x-powered-by')
  })

  it('says with return_faces how large the pictures are and how long each stage took', async () => {
    const response = await post(JSON.stringify({ ...json, return_faces: 1 }), 'application/json')
    for (const face of ['faceA', 'faceB']) {
      expect(response.json().data[face]).toMatchObject({ image_width: 1, image_height: 1 })
    }
    const timing = String(response.headers['server-timing'])
    for (const side of ['A', 'B'])
      expect(timing).toContain(`decode${side};dur=1, detect${side};dur=2, align${side};dur=3`)
    expect(timing).toMatch(/, total;dur=[\d.]+$/)
    const without = await post(JSON.stringify(json), 'application/json')
    expect(without.headers).not.toHaveProperty('server-timing')
  })

  it('has an id of its own, never the one that the client sends', async () => {
    const ids = new Set(['mine'])
    for (let i = 0; i < 3; i++) {
      const response = await app.inject({
        method: 'POST',
        url: '/face/compare',
        payload: json,
        headers: { authorization: sign(), 'x-request-id': 'mine', 'request-id': 'mine' },
      })
      ids.add(response.json().data.session_id)
    }
    expect(ids.size).toBe(4)
  })

  it('passes under the path of the examples too', async () => {
    expect((await post(JSON.stringify(json), 'application/json', '/face/identify')).json().code).toBe(0)
  })
})

describe('JSON', () => {
  it.each([
    ['application/json', JSON.stringify(json)],
    ['application/json; charset=utf-8', JSON.stringify(json)],
    ['Application/JSON;charset="UTF-8"', JSON.stringify(json)],
    ['text/json', JSON.stringify(json)],
    ['application/json', `${JSON.stringify(json)}\n`],
    ['application/json', `\uFEFF${JSON.stringify(json)}`],
    ['application/json', JSON.stringify(json).replaceAll('/', '\\/')],
    [
      'application/json',
      `{"__proto__":{"appid":"1"},"constructor":{},"unknown":[{"a":["\\"[[["]}],${JSON.stringify(json).slice(1)}`,
    ],
    ['application/json; ;;=', JSON.stringify(json)],
  ])('is read: %s %j', async (contentType, body) => {
    expect((await post(body, contentType)).json().code).toBe(0)
    expect(engine.seen).toEqual(['a', 'b'])
  })

  it.each([
    ['plain', (text: string) => text],
    ['a data url', (text: string) => `data:image/jpeg;base64,${text}`],
    ['a data url with parameters', (text: string) => `DATA:image/jpeg;name=x;base64,${text}`],
    ['in lines', (text: string) => text.replace(/.{76}/g, '$&\r\n')],
    ['without padding', (text: string) => text.replaceAll('=', '')],
    ['in the alphabet of urls', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')],
    ['with spaces where + was', (text: string) => text.replaceAll('+', ' ')],
    ['in lines that spaces part', (text: string) => text.replace(/.{76}/g, '$& ')],
  ])('carries images in Base64: %s', async (_name, write) => {
    const text = write(ALL_BYTES.toString('base64'))
    const response = await post(JSON.stringify({ appid: APPID, imageA: text, imageB: text }), 'application/json')
    expect(response.json().data.similarity).toBe(100)
    expect(engine.seen).toEqual([ALL_BYTES.toString('latin1'), ALL_BYTES.toString('latin1')])
  })

  it('carries two images of the largest size', async () => {
    const image = Buffer.alloc(MAX_IMAGE_BYTES, 1).toString('base64')
    const response = await post(JSON.stringify({ appid: APPID, imageA: image, imageB: image }), 'application/json')
    expect(response.json().code).toBe(0)
  })

  it('mixes an image and a url', async () => {
    const body = { appid: APPID, imageA: ALL_BYTES.toString('base64'), urlA: null, urlB: 'http://host/b' }
    expect((await post(JSON.stringify(body), 'application/json')).json().code).toBe(0)
    expect(engine.seen.sort()).toEqual([ALL_BYTES.toString('latin1'), 'b'].sort())
  })

  it('uses only the url when a side has both, and the image when the url is empty', async () => {
    const body = { appid: APPID, imageA: 'eA==', urlA: 'http://host/a', imageB: 'eA==', urlB: '' }
    expect((await post(JSON.stringify(body), 'application/json')).json().code).toBe(0)
    expect(engine.seen.sort()).toEqual(['a', 'x'])
  })
})

describe('a form', () => {
  it('carries urls', async () => {
    const body = new URLSearchParams({ ...json, unknown: 'x' }).toString()
    expect((await post(body, 'application/x-www-form-urlencoded')).json().code).toBe(0)
  })

  it.each([
    ['percent-encoded', encodeURIComponent],
    ['as it is, with + that mean spaces in a form', (text: string) => text],
    ['in the alphabet of urls', (text: string) => Buffer.from(text, 'base64').toString('base64url')],
    ['as a data url', (text: string) => encodeURIComponent(`data:image/jpeg;base64,${text}`)],
  ])('carries an image in Base64 %s', async (_name, write) => {
    const body = `appid=${APPID}&imageA=${write(ALL_BYTES.toString('base64'))}&urlB=http://host/b`
    expect((await post(body, 'application/x-www-form-urlencoded')).json().code).toBe(0)
    expect(engine.seen.sort()).toEqual([ALL_BYTES.toString('latin1'), 'b'].sort())
  })

  it('says which image is no Base64, or empty', async () => {
    const send = (image: string) =>
      post(`appid=${APPID}&urlA=http://host/a&imageB=${image}`, 'application/x-www-form-urlencoded')
    expect((await send('a*b')).json()).toMatchObject({ code: -1400, data: { fail_flag: 2 } })
    expect((await send('')).json()).toMatchObject({ code: -1300, data: { fail_flag: 2 } })
  })
})

describe('multipart', () => {
  const parts = [
    { name: 'appid', value: APPID },
    { name: 'imageA', value: ALL_BYTES },
    { name: 'urlB', value: 'http://host/b' },
  ]

  const jpeg = Buffer.from('\xff\xd8\xff\xe0 more of a picture?>', 'latin1')

  it.each([
    ['Base64', jpeg.toString('base64')],
    ['Base64 in lines', jpeg.toString('base64').replace(/.{8}/g, '$&\r\n')],
    ['Base64 in the alphabet of urls', jpeg.toString('base64url')],
    ['Base64 with spaces where + was', jpeg.toString('base64').replaceAll('+', ' ')],
    ['a data url', `data:image/jpeg;base64,${jpeg.toString('base64')}`],
    ['its bytes', jpeg],
  ])('carries an image as %s', async (_name, value) => {
    const sent = [
      { name: 'appid', value: APPID },
      { name: 'imageA', value },
      { name: 'urlB', value: 'http://host/b' },
    ]
    expect((await post(multipart(sent), 'multipart/form-data')).json().code).toBe(0)
    expect(engine.seen.sort()).toEqual([jpeg.toString('latin1'), 'b'].sort())
  })

  it('leaves bytes alone that are neither an image nor the Base64 of one', async () => {
    const value = Buffer.from('plain text').toString('base64')
    const sent = [
      { name: 'appid', value: APPID },
      { name: 'imageA', value },
      { name: 'imageB', value },
    ]
    await post(multipart(sent), 'multipart/form-data')
    expect(engine.seen).toEqual([value, value])
  })

  it.each([
    [`multipart/form-data;boundary=${BOUNDARY}`],
    [`multipart/form-data; boundary=${BOUNDARY}`],
    [`multipart/form-data; boundary="${BOUNDARY}"`],
    [`Multipart/Form-Data; charset=utf-8; Boundary=${BOUNDARY}; x=y`],
    ['multipart/form-data'],
    ['multipart/form-data; boundary='],
  ])('is read under %s', async (contentType) => {
    expect((await post(multipart(parts), contentType)).json().code).toBe(0)
    expect(engine.seen.sort()).toEqual([ALL_BYTES.toString('latin1'), 'b'].sort())
  })
})

it('tells a score that is no number as an error', async () => {
  await app.close()
  app = await startApp({
    engine: {
      ...engine,
      compare: () => ({ similarity: Number.NaN, parts: { eyebrow: 1, eye: 1, nose: 1, mouth: 1 }, cosine: 0 }),
    },
  })
  expect((await post(JSON.stringify(json), 'application/json')).json().code).toBe(213)
})
