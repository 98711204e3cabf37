import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetcher, serve } from '../image/servers.js'
import { APPID, sign, startApp } from '../support/http-service.js'

let app: FastifyInstance
let port: number

beforeEach(async () => {
  const server = await serve((request, response) => {
    if (request.url === '/face') response.end('a face')
    else if (request.url === '/silent') response.write('x')
    else if (request.url === '/private') response.writeHead(302, { location: 'http://10.0.0.1/' }).end()
    else if (request.url === '/scheme') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    else response.writeHead(404).end()
  })
  port = server.port
  const addresses: Readonly<Record<string, string>> = { 'here.example': '127.0.0.1', 'private.example': '10.0.0.1' }
  const { fetchImage } = fetcher({
    timeoutMs: 300,
    lookup: async (hostname) => {
      const address = addresses[hostname]
      if (address === undefined) throw new Error('ENOTFOUND')
      return [{ address, family: 4 }]
    },
  })
  app = await startApp({ fetchImage })
})
afterEach(() => app.close())

async function call(urlB: string) {
  const response = await app.inject({
    method: 'POST',
    url: '/face/compare',
    headers: { authorization: sign(), 'content-type': 'application/json' },
    payload: { appid: APPID, urlA: `http://here.example:${port}/face`, urlB: urlB.replace('PORT', String(port)) },
  })
  const { data, ...rest } = response.json()
  const { session_id: _, ...said } = data
  return { status: response.statusCode, ...rest, data: said }
}

describe('a call with a url', () => {
  it.each([
    ['at a private address', 'http://10.0.0.1/'],
    ['at the service itself', 'http://127.0.0.2:PORT/'],
    ['of a name with a private address', 'http://private.example/'],
    ['of a name that is not found', 'http://nowhere.example/'],
    ['that redirects to a private address', 'http://here.example:PORT/private'],
    ['that redirects to a file', 'http://here.example:PORT/scheme'],
    ['at a closed port', 'http://here.example:1/'],
    ['of a server without TLS', 'https://here.example:PORT/face'],
    ['in the form of a whole number', 'http://2130706434/'],
    ['in octal digits', 'http://0177.0.0.2/'],
    ['that embeds an address in another one', 'http://[64:ff9b::a00:1]/'],
  ])('%s gets the one answer for all that cannot be reached', async (_, url) => {
    expect(await call(url)).toEqual({
      status: 200,
      code: -1308,
      message: 'ERROR_DOWNLOAD_IMAGE_FAILED',
      data: { detail: 'The image url cannot be reached.', fail_flag: 2 },
    })
  })

  it('that never ends is told apart from them: its host answers everybody', async () => {
    expect(await call('http://here.example:PORT/silent')).toMatchObject({
      code: -1308,
      data: { detail: expect.stringMatching(/^The image url took longer than [\d.]+ s\.$/), fail_flag: 2 },
    })
  })

  it.each([
    ['with credentials', 'http://me:secret@here.example:PORT/face', 21],
    ['with a zone', 'http://[fe80::1%25eth0]/', 21],
    ['with a port that there is not', 'http://here.example:99999/', 21],
    ['of another scheme', 'gopher://here.example/', 21],
    ['that is not found on its server', 'http://here.example:PORT/nothing', -1403],
  ])('%s has a code of its own, and repeats nothing of it', async (_, url, code) => {
    const answer = await call(url)
    expect(answer.code).toBe(code)
    expect(JSON.stringify(answer)).not.toMatch(/secret|example|eth0|127\./)
  })

  it('at a port of its own is compared', async () => {
    expect(await call('http://here.example:PORT/face')).toMatchObject({ status: 200, code: 0 })
  })
})
