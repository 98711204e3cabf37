import { type FastifyInstance, fastify } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCall } from '../../src/http/call-log.js'
import { Connections } from '../../src/http/connections.js'
import { createReplies } from '../../src/http/reply.js'
import { addStaticFiles, OWN_FILES_ONLY, type StaticFile } from '../../src/http/static-files.js'

let app: FastifyInstance
const reads = { page: 0, late: 0 }

const FILES: readonly StaticFile[] = [
  {
    path: '/page',
    type: 'text/html; charset=utf-8',
    read: () => {
      reads.page++
      return Buffer.from('<p>人脸</p>')
    },
  },
  {
    path: '/late.js',
    type: 'text/javascript; charset=utf-8',
    read: async () => {
      if (++reads.late === 1) throw new Error('secret')
      return Buffer.from('x')
    },
  },
]

beforeAll(async () => {
  const connections = new Connections({ maxBytes: 0, maxMs: 0 })
  const replies = createReplies({ connections, statusAlways200: false, countCall: () => {} })
  app = fastify()
  app.decorateRequest('call')
  app.addHook('onRequest', async (request) => {
    request.call = openCall(request.raw)
  })
  app.setErrorHandler((error, request, reply) => replies.sendError(request, reply, error))
  addStaticFiles(app, replies, FILES)
})
afterAll(() => app.close())

it('serves a file with its type, a strict policy and a tag', async () => {
  const response = await app.inject({ method: 'GET', url: '/page?x=1' })
  expect([response.statusCode, response.body]).toEqual([200, '<p>人脸</p>'])
  expect(response.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-length': String(Buffer.byteLength(response.body)),
    'cache-control': 'no-cache',
    'content-security-policy': OWN_FILES_ONLY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-request-id': expect.any(String),
  })
  expect(OWN_FILES_ONLY).not.toMatch(/unsafe|https?:|\*/)
})

it('says of a file that the browser has only that it is the same', async () => {
  const { etag } = (await app.inject({ method: 'GET', url: '/page' })).headers
  for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const response = await app.inject({ method: 'GET', url: '/page', headers: { 'if-none-match': tags } })
    expect([response.statusCode, response.body, response.headers.etag]).toEqual([304, '', etag])
  }
  const other = await app.inject({ method: 'GET', url: '/page', headers: { 'if-none-match': '"other"' } })
  expect(other.statusCode).toBe(200)
  expect(reads.page).toBe(1)
})

it('answers HEAD alike, without the bytes', async () => {
  const get = await app.inject({ method: 'GET', url: '/page' })
  const head = await app.inject({ method: 'HEAD', url: '/page' })
  expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', get.headers['content-length']])
  expect(head.headers.etag).toBe(get.headers.etag)
})

it('asks again for a file that could not be read, and tells nothing of why', async () => {
  const failed = await app.inject({ method: 'GET', url: '/late.js' })
  expect([failed.statusCode, failed.json().code, failed.headers['cache-control']]).toEqual([500, 213, 'no-store'])
  expect(failed.body).not.toContain('secret')
  expect((await app.inject({ method: 'GET', url: '/late.js' })).body).toBe('x')
})
