import { METHODS } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { docsFiles } from '../../src/http/docs-routes.js'
import { CALLS } from '../../src/wires/tencent-image/wire.js'
import { startApp } from '../support/http-service.js'

let app: FastifyInstance
beforeEach(async () => {
  app = await startApp({ corsOrigins: ['https://page.example'] })
})
afterEach(() => app.close())

const PUBLIC_PATHS = ['/healthz', '/readyz', ...docsFiles([]).map(({ path }) => path)]
const ORIGIN = { origin: 'https://page.example' }

it('every route but the public ones is behind the signature', async () => {
  const paths = [...app.routeTable.keys()]
  expect(paths.sort()).toEqual([...CALLS.map(({ path }) => path), ...PUBLIC_PATHS].sort())
  for (const [path, methods] of app.routeTable) {
    for (const method of methods) {
      const response = await app.inject({ method: method as 'GET', url: path })
      if (PUBLIC_PATHS.includes(path)) expect(response.statusCode).toBe(200)
      else expect(response.json().code).toBe(4)
    }
  }
})

describe('a request without a route', () => {
  it.each(['/', '/face', '/face/compare/', '/FACE/compare', '/face/compare2?sign=x'])('is 404: %s', async (url) => {
    const response = await app.inject({ method: 'POST', url, payload: 'x', headers: { 'content-type': ';;' } })
    expect([response.statusCode, response.json().code]).toEqual([404, 3])
  })

  // CONNECT never comes as a request.
  const known = METHODS.filter((method) => !['POST', 'OPTIONS', 'HEAD', 'CONNECT'].includes(method))
  it.each(known)('is 405: %s', async (method) => {
    const response = await app.inject({ method: method as 'GET', url: '/face/compare?sign=x' })
    expect([response.statusCode, response.json().code, response.headers.allow]).toEqual([405, 3, 'POST, OPTIONS'])
  })

  it('tells all methods of a path', async () => {
    const response = await app.inject({ method: 'POST', url: '/healthz' })
    expect([response.statusCode, response.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  it('is refused when its url cannot be read', async () => {
    const response = await app.inject({ method: 'POST', url: '/face/%zz', headers: ORIGIN })
    expect([response.statusCode, response.json().code]).toEqual([400, 3])
    expect(response.headers).toMatchObject({
      'content-type': 'application/json',
      'access-control-allow-origin': ORIGIN.origin,
    })
  })
})

describe('a page of another origin', () => {
  it.each(['/face/compare', '/nowhere', '/face/%zz', '/healthz'])('may ask first: %s', async (url) => {
    const response = await app.inject({
      method: 'OPTIONS',
      url,
      headers: {
        ...ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
    expect([response.statusCode, response.body]).toEqual([204, ''])
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN.origin,
      'access-control-allow-headers': 'Authorization, Content-Type',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-expose-headers': 'X-Request-Id, Retry-After',
      vary: 'Origin',
    })
    expect(response.headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it('may read errors', async () => {
    const response = await app.inject({ method: 'POST', url: '/face/compare', headers: ORIGIN })
    expect(response.json().code).toBe(4)
    expect(response.headers).toMatchObject({ 'access-control-allow-origin': ORIGIN.origin, vary: 'Origin' })
    expect(response.headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it.each(['OPTIONS', 'POST'] as const)('that is not allowed hears nothing of it: %s', async (method) => {
    for (const origin of ['https://evil.example', 'null', 'https://page.example.evil']) {
      const response = await app.inject({ method, url: '/face/compare', headers: { origin } })
      expect(response.statusCode).toBe(method === 'OPTIONS' ? 204 : 401)
      expect(response.headers).not.toHaveProperty('access-control-allow-origin')
      expect(response.headers.vary).toBe('Origin')
    }
  })

  it('may be any when all are allowed', async () => {
    await app.close()
    app = await startApp({ corsOrigins: ['*'] })
    const response = await app.inject({
      method: 'POST',
      url: '/face/compare',
      headers: { origin: 'https://any.example' },
    })
    expect(response.headers['access-control-allow-origin']).toBe('https://any.example')
  })
})

describe('/readyz', () => {
  it.each([
    ['ready', async () => true, 200],
    ['not ready', async () => false, 503],
    ['broken', async () => Promise.reject(new Error('secret')), 503],
  ])('tells %s, whatever becomes of other statuses', async (_name, isReady, status) => {
    await app.close()
    app = await startApp({ isReady, statusAlways200: true })
    const response = await app.inject({ method: 'GET', url: '/readyz' })
    expect(response.statusCode).toBe(status)
    expect(response.body).not.toContain('secret')
  })
})
