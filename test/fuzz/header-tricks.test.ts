import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APPID, BOUNDARY, multipart, type Part, sign, startApp } from '../support/http-service.js'

const MULTIPART_TYPE = `multipart/form-data; boundary=${BOUNDARY}`
const GOOD: readonly Part[] = [
  { name: 'appid', value: APPID },
  { name: 'imageA', value: 'xxx' },
  { name: 'imageB', value: 'xxx' },
]
const [OK, UNREADABLE, APPID_MISSING] = [0, 3, -1301]

let app: FastifyInstance
beforeAll(async () => {
  app = await startApp({ maxImageBytes: 4 * 2 ** 20 })
})
afterAll(() => app.close())

async function send(payload: Buffer | string, contentType: string) {
  const response = await app.inject({
    method: 'POST',
    url: '/face/compare',
    payload,
    headers: { authorization: sign(), 'content-type': contentType },
  })
  const answer = response.json()
  expect(answer.data.session_id).toBe(response.headers['x-request-id'])
  return answer
}

/** Tells the code, and makes sure that the next good call works. */
async function codeOf(payload: Buffer | string, contentType: string): Promise<number> {
  const { code } = await send(payload, contentType)
  expect(await send(multipart(GOOD), MULTIPART_TYPE)).toMatchObject({ code: OK, data: { similarity: 100 } })
  return code
}

const part = (name: string, value: string | Buffer = 'x'): Part => ({ name, value })
const many = (count: number) => Array.from({ length: count }, (_, i) => part(`f${i}`))
const LONG = 'x'.repeat(2 ** 20)
const disposition = (rest: string): Part => ({ header: `Content-Disposition: form-data; ${rest}`, value: 'x' })

describe('a multipart body', () => {
  it.each<readonly [string, readonly Part[], number]>([
    ['with a field twice', [...GOOD, part('imageA')], UNREADABLE],
    ['with the appid twice', [part('appid', '1'), ...GOOD], UNREADABLE],
    ['with an unknown field twice', [part('other'), part('other'), ...GOOD], OK],
    ['with fields of the prototype', [part('__proto__'), part('constructor'), part('toString'), ...GOOD], OK],
    ['with fields of the prototype alone', [part('__proto__'), part('hasOwnProperty')], APPID_MISSING],
    ['of 10,000 parts', [...GOOD, ...many(10_000)], UNREADABLE],
    ['of 25 parts', [...many(25), ...GOOD], OK],
    ['of 90 parts', [...many(90), ...GOOD], UNREADABLE],
    ['with a name of 1 MB', [part(LONG), ...GOOD], UNREADABLE],
    ['with a file name of 1 MB', [disposition(`name="other"; filename="${LONG}"`), ...GOOD], UNREADABLE],
    ['with 1 MB of headers in a part', [{ header: `X: ${LONG}\r\nY: ${LONG}`, value: 'x' }, ...GOOD], UNREADABLE],
    ['with 4 kB of semicolons in a header', [disposition(';'.repeat(4000)), ...GOOD], OK],
    ['with 4 kB of quotes in a header', [disposition(`name=${'"'.repeat(4000)}`), ...GOOD], UNREADABLE],
    ['with 4 kB of spaces behind a quote', [disposition(`name="a"${' '.repeat(4000)}x`), ...GOOD], UNREADABLE],
    ['with 10 kB of semicolons in a header', [disposition(';'.repeat(10_000)), ...GOOD], UNREADABLE],
    ['with two names in one part', [disposition('name="other"; name="imageA"'), ...GOOD], OK],
    ['with a name in another encoding', [disposition("name*=utf-8''imageA"), ...GOOD], OK],
    ['with a name in capitals', [part('APPID'), ...GOOD], OK],
    ['with a null in a name', [part('imageA\0.jpg'), ...GOOD], OK],
    ['with parts that have no name', [{ header: 'X: y', value: 'x' }, { header: '', value: 'x' }, ...GOOD], OK],
  ])('%s', async (_name, parts, code) => {
    expect(await codeOf(multipart(parts), MULTIPART_TYPE)).toBe(code)
  })

  it('inside of a part of another one is bytes: its fields are not those of the call', async () => {
    const inner = multipart(GOOD, { boundary: 'inner' })
    const mixed = { header: 'Content-Type: multipart/mixed; boundary=inner', value: inner }
    expect(await codeOf(multipart([mixed]), MULTIPART_TYPE)).toBe(APPID_MISSING)
    expect(await codeOf(multipart([mixed, ...GOOD]), MULTIPART_TYPE)).toBe(OK)
    const image = multipart([part('appid', APPID), part('imageA', inner), part('imageB', inner)])
    expect(await codeOf(image, MULTIPART_TYPE)).toBe(OK)
  })

  it.each([
    ['a boundary of 1 MB', `multipart/form-data; boundary=${LONG}`],
    ['an empty boundary', 'multipart/form-data; boundary='],
    ['two boundaries', `multipart/form-data; boundary=other; boundary=${BOUNDARY}`],
    ['a boundary with patterns', 'multipart/form-data; boundary=(a+)+$'],
    ['quotes without end', 'multipart/form-data; boundary="x'],
    ['10 kB of parameters', `multipart/form-data${';a=b'.repeat(2500)}; boundary=other`],
    ['two types', `multipart/form-data, application/json; boundary=${BOUNDARY}`],
  ])('under %s is read or refused', async (_name, type) => {
    expect([OK, UNREADABLE]).toContain(await codeOf(multipart(GOOD), type))
  })
})

describe('a JSON body', () => {
  const good = { appid: APPID, imageA: 'eHh4', imageB: 'eHh4' }
  const inside = JSON.stringify(good).slice(1)
  it.each([
    ['with __proto__', `{"__proto__":{"appid":"1","admin":true},${inside}`, OK],
    ['with its fields in __proto__ alone', `{"__proto__":${JSON.stringify(good)}}`, APPID_MISSING],
    ['with constructor.prototype', `{"constructor":{"prototype":{"admin":true}},${inside}`, OK],
    ['with a name of 1 MB', `{"${LONG}":1,${inside}`, OK],
    ['of 100,000 brackets', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},${inside}`, UNREADABLE],
    ['of 5,000 brackets', `{"a":${'['.repeat(5000)}${']'.repeat(5000)},${inside}`, OK],
    ['of 10,001 fields', `{${Array.from({ length: 10_001 }, (_, i) => `"f${i}":0,`).join('')}${inside}`, UNREADABLE],
    ['with a number of 100,000 digits', `{"a":${'9'.repeat(100_000)},${inside}`, OK],
    ['with half of a pair of surrogates', `{"a":"\\ud800",${inside}`, OK],
    ['in UTF-16', Buffer.from(JSON.stringify(good), 'utf16le'), UNREADABLE],
    ['behind itself', JSON.stringify(good).repeat(2), UNREADABLE],
  ])('%s', async (_name, body, code) => {
    expect(await codeOf(body, 'application/json')).toBe(code)
    expect('admin' in {}).toBe(false)
  })
})
