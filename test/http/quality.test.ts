import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APPID, BOUNDARY, listen, multipart, sign, signOnce, startApp } from '../support/http-service.js'

let app: FastifyInstance
let url: string
beforeAll(async () => {
  app = await startApp()
  url = `http://127.0.0.1:${await listen(app)}`
})
afterAll(() => app.close())

type Fields = Readonly<Record<string, string | number | boolean | null | object>>

interface Received {
  readonly status: number
  readonly text: string
  readonly code: number
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

async function post(body: string, contentType: string, authorization = sign()): Promise<Received> {
  const headers = { authorization, 'content-type': contentType }
  const response = await fetch(`${url}/face/compare`, { method: 'POST', headers, body })
  const text = await response.text()
  return { status: response.status, text, ...JSON.parse(text) }
}

/** Pictures are words that the fake engine knows. */
const postJson = (a: string, b: string, more: Fields = {}, authorization = sign()) =>
  post(
    JSON.stringify({ appid: APPID, imageA: base64(a), urlB: `http://host/${b}`, ...more }),
    'application/json',
    authorization,
  )

const postParts = (a: string, b: string, more: Readonly<Record<string, string>> = {}) => {
  const fields = { appid: APPID, imageA: a, imageB: b, ...more }
  const parts = Object.entries(fields).map(([name, value]) => ({ name, value }))
  return post(multipart(parts).toString('latin1'), `multipart/form-data; boundary=${BOUNDARY}`)
}

const postForm = (a: string, b: string, more: Readonly<Record<string, string>> = {}) => {
  const fields = { appid: APPID, urlA: `http://host/${a}`, urlB: `http://host/${b}`, ...more }
  return post(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded')
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a face that is shown too poorly', () => {
  const blurred = {
    fail_flag: 1,
    quality: 1.23,
    quality_reasons: ['blurred', 'dark'],
    detail: 'The face is too blurred and dark to be compared: quality 1.23 of at least 3.',
  }
  const poor = {
    fail_flag: 2,
    quality: 2.99,
    quality_reasons: [],
    detail: 'The face is shown too poorly to be compared: quality 2.99 of at least 3.',
  }

  it.each([
    ['JSON', postJson],
    ['multipart', postParts],
    ['a form', postForm],
  ])('is refused on either side, with the reason: %s', async (_name, send) => {
    for (const [a, b, data] of [
      ['blurred', 'plain', blurred],
      ['plain', 'poor', poor],
      ['blurred', 'poor', blurred],
    ] as const) {
      const answer = await send(a, b)
      expect(answer).toMatchObject({ status: 200, code: -1103, message: 'SDK_FEAT_PROCESSFAILED' })
      expect(answer.data).toEqual({ session_id: expect.any(String), ...data })
    }
  })

  it('is refused with itself too, although equal files score 100', async () => {
    expect((await postParts('poor', 'poor')).data.fail_flag).toBe(1)
  })

  it('is one failure of its picture among others: that of A is told', async () => {
    expect(await postJson('blurred', 'noface')).toMatchObject({ code: -1103, data: { fail_flag: 1 } })
    expect(await postJson('noface', 'blurred')).toMatchObject({ code: -1101, data: { fail_flag: 1 } })
  })

  it('is none where the model pack cannot tell', async () => {
    const answer = await postJson('unmeasured', 'unmeasured', { return_faces: 1, min_quality: 50 })
    expect(answer).toMatchObject({ code: 0, data: { similarity: 100, quality_checked: false } })
    expect(answer.data.faceA).not.toHaveProperty('quality')
    expect(answer.data.faceA).not.toHaveProperty('quality_reasons')
  })
})

describe('min_quality', () => {
  it.each<[string, () => Promise<Received>]>([
    ['a JSON number', () => postJson('blurred', 'poor', { min_quality: 0 })],
    ['a JSON text', () => postJson('blurred', 'poor', { min_quality: '0' })],
    ['a part', () => postParts('blurred', 'poor', { min_quality: '0' })],
    ['a form field', () => postForm('blurred', 'poor', { min_quality: '0' })],
  ])('0 switches the refusal off, and the answer says so: %s', async (_name, send) => {
    expect(await send()).toMatchObject({ code: 0, message: 'OK', data: { similarity: 42.5, quality_checked: false } })
  })

  it('of the pack or more is checked, and the answer says so', async () => {
    for (const least of [3, '3.0', 40, 89.999]) {
      const answer = await postJson('plain', 'other', { min_quality: least })
      expect(answer).toMatchObject({ code: 0, data: { quality_checked: true } })
    }
    expect((await postJson('plain', 'dim', { min_quality: 40 })).data.quality_checked).toBe(true)
  })

  it('refuses what it asks for, be it more or less than the pack does', async () => {
    expect((await postJson('plain', 'dim', { min_quality: 40.5 })).data).toMatchObject({
      fail_flag: 2,
      detail: 'The face is too dark to be compared: quality 40 of at least 40.5.',
    })
    expect((await postParts('blurred', 'poor', { min_quality: '2' })).data).toMatchObject({ fail_flag: 1 })
    expect((await postJson('poor', 'plain', { min_quality: 1e-7 })).data.quality_checked).toBe(false)
  })

  it('that is absent, null or empty leaves every byte of the answer as it was', async () => {
    for (const answer of await Promise.all([
      postJson('plain', 'dim'),
      postJson('plain', 'dim', { min_quality: null }),
      postJson('plain', 'dim', { min_quality: '' }),
      postParts('plain', 'dim', { min_quality: '' }),
    ])) {
      expect(answer.text.replace(String(answer.data.session_id), 'ID')).toBe(
        '{"data":{"similarity":42.5,"eyebrow_sim":1,"eye_sim":2.5,"nose_sim":3,"mouth_sim":100,"session_id":"ID"},"code":0,"message":"OK"}',
      )
    }
  })

  it.each([-1, 100.5, 1000, 1e30, true, {}, [3], '-1', '101', 'x', '0x10', '1e2', ' 5', '5 ', '.5', 'NaN', '5,5'])(
    'is no such number: %j',
    async (value) => {
      const answer = await postJson('plain', 'other', { min_quality: value })
      expect(answer).toMatchObject({ status: 400, code: 21, message: 'INVALID_PARAMETER' })
      expect(answer.data).not.toHaveProperty('fail_flag')
      expect(String(answer.data.detail)).toContain('min_quality')
    },
  )

  it('that is wrong in multipart is refused too, and spends no signature', async () => {
    expect((await postParts('plain', 'other', { min_quality: '101' })).code).toBe(21)
    const once = signOnce('quality')
    expect((await postJson('plain', 'other', { min_quality: 'x' }, once)).code).toBe(21)
    expect((await postJson('plain', 'other', {}, once)).code).toBe(0)
  })
})

it('return_faces says how well each face is shown', async () => {
  const answer = await postJson('dim', 'blurred', { return_faces: 1, min_quality: 0 })
  expect(answer.data).toMatchObject({
    faceA: { quality: 40, quality_reasons: ['dark'] },
    faceB: { quality: 1.23, quality_reasons: ['blurred', 'dark'] },
  })
  expect((await postJson('plain', 'other', { return_faces: 1 })).data).not.toHaveProperty('quality_checked')
})
