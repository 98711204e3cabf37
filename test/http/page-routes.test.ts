import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_IMAGE_BYTES, startApp } from '../support/http-service.js'

let folder: string
let app: FastifyInstance

const FILES = {
  'web/web/index.html': '<html data-max-image-bytes="0" data-samples="0">',
  'web/web/main.js': "import '../client/signature.js'",
  'web/client/signature.js': '1',
  'web/web/notes.txt': 'secret',
  'secret.js': 'secret',
  'picture.jpg': 'jpeg',
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  app = await startApp({
    page: { webDir: join(folder, 'web'), samplePictures: [join(folder, 'picture.jpg')], keepsPersons: true },
  })
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true, force: true })
})

const get = (url: string) => app.inject({ method: 'GET', url })

describe('the page', () => {
  it('comes with what it must know of the settings, and allows nothing from elsewhere', async () => {
    const { statusCode, body, headers } = await get('/?lang=zh')
    expect([statusCode, body]).toEqual([200, `<html data-max-image-bytes="${MAX_IMAGE_BYTES}" data-samples="1">`])
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "trusted-types 'none'",
    ])
    expect(headers).toMatchObject({
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=(self), microphone=()'),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
  })

  it('has its modules and pictures under /assets/, and nothing else', async () => {
    expect((await get('/assets/web/main.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect((await get('/assets/client/signature.js')).body).toBe('1')
    expect((await get('/assets/samples/1.jpg')).headers['content-type']).toBe('image/jpeg')
    for (const path of ['/assets/web/notes.txt', '/assets/../secret.js', '/assets/%2e%2e/secret.js', '/assets/']) {
      const response = await get(path)
      expect([path, response.statusCode, response.json().code]).toEqual([path, 404, 3])
    }
  })

  it('takes GET and HEAD alone', async () => {
    expect((await app.inject({ method: 'HEAD', url: '/' })).statusCode).toBe(200)
    expect((await app.inject({ method: 'OPTIONS', url: '/' })).statusCode).toBe(204)
    const refused = await app.inject({ method: 'PUT', url: '/' })
    expect([refused.statusCode, refused.json().code, refused.headers.allow]).toEqual([405, 3, 'GET, HEAD, OPTIONS'])
    // Calls of the doors are posted there, and name themselves in a header.
    const unnamed = await app.inject({ method: 'POST', url: '/' })
    expect([unnamed.statusCode, unnamed.json().code]).toEqual([404, 3])
  })

  it('is not there where it was not built', async () => {
    const bare = await startApp()
    expect((await bare.inject({ method: 'GET', url: '/' })).statusCode).toBe(404)
    await bare.close()
  })
})
