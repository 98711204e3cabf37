import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ERRORS } from '../../src/errors.js'
import { EXCEPTIONS } from '../../src/wires/rekognition/errors.js'
import { APPID, BOUNDARY, multipart, sign, startApp } from '../support/http-service.js'
import { AWS_DOOR, IAI_DOOR } from '../support/wires.js'

const KNOWN_CODES: ReadonlySet<number> = new Set([0, ...Object.values(ERRORS).map(({ code }) => code)])

let app: FastifyInstance
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const send = (payload: Buffer, contentType: string) =>
  app.inject({
    method: 'POST',
    url: '/face/compare',
    payload,
    headers: { authorization: sign(), 'content-type': contentType },
  })

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const MULTIPART_TYPE = `multipart/form-data; boundary=${BOUNDARY}`
const fields = { appid: APPID, bucket: '', imageA: 'eHh4', urlB: 'http://host/b' }

const VALID: readonly (readonly [string, Buffer])[] = [
  [JSON_TYPE, Buffer.from(JSON.stringify(fields))],
  [
    FORM_TYPE,
    Buffer.from(new URLSearchParams({ appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' }).toString()),
  ],
  [MULTIPART_TYPE, multipart(Object.entries(fields).map(([name, value]) => ({ name, value })))],
  ['multipart/form-data', multipart(Object.entries(fields).map(([name, value]) => ({ name, value })))],
]

interface Change {
  /** 0..1 of the body's length. */
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

const TOKENS = [
  '\r\n',
  '\n',
  '--',
  `--${BOUNDARY}`,
  `--${BOUNDARY}--`,
  '"',
  '\\',
  '{',
  '[',
  ',',
  ':',
  ';',
  '=',
  '&',
  '%',
  '\0',
  '\xef\xbb\xbf',
  '__proto__',
  'null',
]
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(80)),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(...TOKENS).map((text) => Buffer.from(text, 'latin1')),
  ),
})

function mutate(body: Buffer, { at, remove, insert }: Change): Buffer {
  const start = Math.floor(at * body.length)
  return Buffer.concat([body.subarray(0, start), insert, body.subarray(start + remove)])
}

it('any change to a valid body has a JSON answer with a known code, and the next good call works', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...VALID),
      fc.array(change, { minLength: 1, maxLength: 5 }),
      async ([type, body], changes) => {
        const response = await send(changes.reduce(mutate, body), type)
        const answer = response.json()
        expect(KNOWN_CODES.has(answer.code)).toBe(true)
        expect(answer.code).not.toBe(213)
        expect(answer.data.session_id).toBe(response.headers['x-request-id'])
      },
    ),
    { numRuns: 500 },
  )
  for (const [type, body] of VALID) expect((await send(body, type)).json().code).toBe(0)
})

it('any body under any Content-Type has a JSON answer with a known code', async () => {
  const types = fc.oneof(fc.constantFrom(...VALID.map(([type]) => type)), fc.stringMatching(/^[ -~]{0,40}$/))
  await fc.assert(
    fc.asyncProperty(types, fc.uint8Array({ maxLength: 300 }), async (type, bytes) => {
      expect(KNOWN_CODES.has((await send(Buffer.from(bytes), type)).json().code)).toBe(true)
    }),
    { numRuns: 200 },
  )
})

/** What an answer of a door must be, whatever was sent; a fault of the service is none that a body can cause. */
const IS_LEGAL: Readonly<Record<string, (response: { readonly statusCode: number; json: () => unknown }) => void>> = {
  [AWS_DOOR.wire](response) {
    const error = AWS_DOOR.errorIn(response.json())
    expect([response.statusCode, error === undefined || error in EXCEPTIONS]).toEqual([
      error === undefined ? 200 : 400,
      true,
    ])
  },
  [IAI_DOOR.wire](response) {
    expect([response.statusCode, response.json()]).toEqual([
      200,
      { Response: expect.objectContaining({ RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) }) },
    ])
    expect(IAI_DOOR.errorIn(response.json()) ?? 'Ok').toMatch(/^(?!Internal)[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)?$/)
  },
}

it.each([AWS_DOOR, IAI_DOOR])('any change to a body that is then signed has a legal answer at $wire', async (wire) => {
  const whole = Buffer.from(wire.compare().body)
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
      const { path, headers, body } = wire.compare({ body: changes.reduce(mutate, whole) })
      IS_LEGAL[wire.wire]?.(await app.inject({ method: 'POST', url: path, headers, payload: body }))
    }),
    { numRuns: 300 },
  )
})
