import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { headerBomb } from '../image/pictures.js'
import {
  BOOTSTRAP,
  CREDENTIAL,
  compare,
  type RunningService,
  readAnswer,
  sign,
  startService,
} from '../support/service.js'

/** The whole service as a user runs it: the built program, real networks, real sockets, real photographs. */
let service: RunningService
let pictures: Server
let picturesUrl: string
let man: Uint8Array
let manAgain: Uint8Array
let woman: Uint8Array

beforeAll(async () => {
  man = await cutPerson('man')
  manAgain = await cutPerson('manAgain')
  woman = await cutPerson('womanInBar')
  pictures = createServer((request, response) => {
    if (request.url === '/man.jpg') response.end(man)
    else if (request.url === '/empty') response.end()
    else response.writeHead(404).end('not here')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => pictures.once('listening', resolve))
  picturesUrl = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}`
  service = await startService({
    ...BOOTSTRAP,
    FACECOMPARE_WORKERS: '1',
    FACECOMPARE_URL_ALLOW: '127.0.0.1',
    FACECOMPARE_MAX_IMAGE_BYTES: '2MiB',
    FACECOMPARE_URL_TIMEOUT_MS: '1500',
  })
})

afterAll(async () => {
  await service?.stop()
  pictures?.close()
})

async function expectGoodCall(): Promise<void> {
  const { code, data } = await compare(service.url, { imageA: man, imageB: manAgain })
  expect(code).toBe(0)
  expect(data.similarity).toBeGreaterThan(70)
}

describe('a comparison', () => {
  it('is high for one person in two pictures, with all facial parts and a session id', async () => {
    const { status, code, message, data } = await compare(service.url, { imageA: man, imageB: manAgain })
    expect({ status, code, message }).toEqual({ status: 200, code: 0, message: 'OK' })
    expect(data.similarity).toBeGreaterThanOrEqual(80)
    for (const part of ['eyebrow_sim', 'eye_sim', 'nose_sim', 'mouth_sim']) {
      expect(data[part]).toBeGreaterThan(0)
      expect(data[part]).toBeLessThanOrEqual(100)
    }
    expect(data.session_id).toMatch(/\S/)
  })

  it('is low for two persons', async () => {
    const { code, data } = await compare(service.url, { imageA: man, imageB: woman })
    expect(code).toBe(0)
    expect(data.similarity).toBeLessThan(60)
  })

  it('is exactly 100 for identical bytes', async () => {
    const { data } = await compare(service.url, { imageA: woman, imageB: woman })
    expect(data).toMatchObject({ similarity: 100, eyebrow_sim: 100, eye_sim: 100, nose_sim: 100, mouth_sim: 100 })
  })

  it('does not depend on the order', async () => {
    const there = await compare(service.url, { imageA: man, imageB: woman })
    const back = await compare(service.url, { imageA: woman, imageB: man })
    for (const name of ['similarity', 'eyebrow_sim', 'eye_sim', 'nose_sim', 'mouth_sim']) {
      expect(back.data[name]).toBe(there.data[name])
    }
  })

  it('says where the faces are when asked, and only then', async () => {
    const { data } = await compare(service.url, { imageA: man, imageB: woman, return_faces: '1' })
    for (const face of [data.faceA, data.faceB]) {
      expect(face).toMatchObject({ face_count: 1, detection_score: expect.any(Number), roll: expect.any(Number) })
      const { box, landmarks } = face as { box: Record<string, number>; landmarks: readonly (readonly number[])[] }
      expect(box.width).toBeGreaterThan(80)
      expect(landmarks).toHaveLength(68)
      // The nose tip lies inside the box.
      const [x = 0, y = 0] = landmarks[30] ?? []
      expect(x).toBeGreaterThan(box.x ?? 0)
      expect(y).toBeLessThan((box.y ?? 0) + (box.height ?? 0))
    }
    expect((await compare(service.url, { imageA: man, imageB: woman })).data).not.toHaveProperty('faceA')
    expect(await compare(service.url, { imageA: man, imageB: woman, return_faces: 'yes' })).toMatchObject({ code: 21 })
  })

  it('takes an image and a url, and JSON with Base64', async () => {
    const mixed = await compare(service.url, { imageA: manAgain, urlB: `${picturesUrl}/man.jpg` })
    expect(mixed.code).toBe(0)
    const response = await fetch(`${service.url}/face/compare`, {
      method: 'POST',
      headers: { Authorization: sign(), 'Content-Type': 'application/json' },
      body: JSON.stringify({
        appid: CREDENTIAL.appid,
        urlA: `${picturesUrl}/man.jpg`,
        imageB: `data:image/jpeg;base64,${Buffer.from(manAgain).toString('base64')}`,
      }),
    })
    expect((await readAnswer(response)).data.similarity).toBe(mixed.data.similarity)
  })
})

describe('a picture that fails', () => {
  const grey = { create: { width: 300, height: 300, channels: 3, background: 'grey' } } as const
  const cases: readonly (readonly [string, () => Promise<Uint8Array> | Uint8Array, number, string])[] = [
    ['empty', () => new Uint8Array(0), -1300, 'ERROR_IMAGE_EMPTY'],
    ['a text file named .jpg', () => Buffer.from('hello, I am text'), -1400, 'ERROR_IMAGE_FORMAT_INVALID'],
    ['truncated', () => man.slice(0, man.length / 2), -1102, 'SDK_IMAGE_DECODE_FAILED'],
    [
      'corrupt',
      async () => (await sharp(man).png().toBuffer()).map((byte, i) => (i > 100 && i % 50 === 0 ? byte ^ 255 : byte)),
      -1102,
      'SDK_IMAGE_DECODE_FAILED',
    ],
    ['of 20,000 x 20,000 pixels', () => headerBomb('png'), -1102, 'SDK_IMAGE_DECODE_FAILED'],
    ['without a face', () => sharp(grey).jpeg().toBuffer(), -1101, 'SDK_IMAGE_FACEDETECT_FAILED'],
    ['too large', () => new Uint8Array(2 * 1024 * 1024 + 1), 23, 'REQUEST_BODY_TOO_LARGE'],
  ]

  it.each(cases)(
    '%s gets its code on either side, and the next good call works',
    async (_name, make, code, message) => {
      const bad = await make()
      const asA = await compare(service.url, { imageA: bad, imageB: man })
      expect(asA).toMatchObject({ code, message, data: { fail_flag: 1 } })
      const asB = await compare(service.url, { imageA: man, imageB: bad })
      expect(asB).toMatchObject({ code, message, data: { fail_flag: 2 } })
      for (const { data } of [asA, asB]) {
        expect(data.detail).toMatch(/^[A-Z].*\.$/)
        expect(data).not.toHaveProperty('similarity')
      }
      await expectGoodCall()
    },
  )

  it('animated, with a face in its first frame, is compared', async () => {
    const frames = await Promise.all([man, woman].map((bytes) => sharp(bytes).resize(250, 250).raw().toBuffer()))
    const gif = await sharp(Buffer.concat(frames), { raw: { width: 250, height: 500, channels: 3, pageHeight: 250 } })
      .gif()
      .toBuffer()
    const { code, data } = await compare(service.url, { imageA: gif, imageB: manAgain })
    expect(code).toBe(0)
    expect(data.similarity).toBeGreaterThan(70)
  })

  it.each([
    ['a page that is not there', '/missing', -1403],
    ['an empty answer', '/empty', -1300],
  ])('%s behind a url gets its code', async (_name, path, code) => {
    expect(await compare(service.url, { imageA: man, urlB: picturesUrl + path })).toMatchObject({
      code,
      data: { fail_flag: 2 },
    })
  })

  it('behind a private address is out of reach', async () => {
    const answer = await compare(service.url, { urlA: 'http://169.254.169.254/latest/meta-data', imageB: man })
    expect(answer).toMatchObject({ code: -1308, data: { fail_flag: 1 } })
  })
})

describe('the service', () => {
  it('says that it is alive and ready', async () => {
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
  })

  it('answers a load beyond its queue at once, without a fail_flag, and recovers', async () => {
    const calls = await Promise.all(
      Array.from({ length: 24 }, () => compare(service.url, { imageA: man, imageB: man })),
    )
    const codes = calls.map(({ code }) => code)
    expect(codes).toContain(15)
    for (const { code, status, data } of calls) {
      if (code === 15) expect([status, data.fail_flag]).toEqual([200, undefined])
      else expect(code).toBe(0)
    }
    await expectGoodCall()
  })

  it('leaves no image, key, signature or path in its log', async () => {
    await expectGoodCall()
    const log = service.stderr()
    expect(log).toContain('session_id')
    for (const secret of [CREDENTIAL.secretKey, 'node_modules', '/dist/', sign().slice(0, 20)]) {
      expect(log).not.toContain(secret)
    }
  })
})
