import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetcher, serve } from '../image/servers.js'
import { APPID, startApp } from '../support/http-service.js'
import { FIRST_WIRE, IAI_DOOR } from '../support/wires.js'

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
    timeoutMs: 1000,
    lookup: async (hostname) => {
      const address = addresses[hostname]
      if (address === undefined) throw new Error('ENOTFOUND')
      return [{ address, family: 4 }]
    },
  })
  app = await startApp({ fetchImage })
})
afterEach(() => app.close())

interface Refusal {
  readonly code: string | undefined
  readonly text: unknown
}

/** Calls that fetch images, and how they are refused. */
const CALLS = [
  {
    ...FIRST_WIRE,
    ask: (urlA: string, urlB: string) => FIRST_WIRE.compare({ body: JSON.stringify({ appid: APPID, urlA, urlB }) }),
    /** Of the second image. */
    tells: (sentence: string) => ({ detail: sentence, fail_flag: 2 }),
    unreachable: '-1308',
    notFound: '-1403',
    illegal: '21',
  },
  {
    ...IAI_DOOR,
    ask: (UrlA: string, UrlB: string) => IAI_DOOR.compare({ body: JSON.stringify({ UrlA, UrlB }) }),
    tells: (sentence: string) => `ImageB: ${sentence}`,
    unreachable: 'FailedOperation.ImageDownloadError',
    notFound: 'FailedOperation.ImageDownloadError',
    illegal: 'InvalidParameterValue.UrlIllegal',
  },
]

describe.each(CALLS)('a call of $wire with a url', ({ ask, errorIn, tells, unreachable, notFound, illegal }) => {
  async function call(urlB: string): Promise<Refusal> {
    const { path, headers, body } = ask(`http://here.example:${port}/face`, urlB.replace('PORT', String(port)))
    const answer = (await app.inject({ method: 'POST', url: path, headers, payload: body })).json()
    const { session_id: _, ...said } = answer.data ?? {}
    return { code: errorIn(answer), text: answer.Response?.Error?.Message ?? said }
  }

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
    expect(await call(url)).toEqual({ code: unreachable, text: tells('The image url cannot be reached.') })
  })

  it('that never ends is told apart from them: its host answers everybody', async () => {
    const { code, text } = await call('http://here.example:PORT/silent')
    expect([code, JSON.stringify(text)]).toEqual([
      unreachable,
      expect.stringMatching(/The image url took longer than [\d.]+ s\./),
    ])
  })

  it.each([
    ['with credentials', 'http://me:secret@here.example:PORT/face', illegal],
    ['with a zone', 'http://[fe80::1%25eth0]/', illegal],
    ['with a port that there is not', 'http://here.example:99999/', illegal],
    ['of another scheme', 'gopher://here.example/', illegal],
    ['that is not found on its server', 'http://here.example:PORT/nothing', notFound],
  ])('%s has a code of its own, and repeats nothing of it', async (_, url, expected) => {
    const { code, text } = await call(url)
    expect(code).toBe(expected)
    expect(JSON.stringify(text)).not.toMatch(/secret|example|eth0|127\./)
  })

  it('at a port of its own is compared', async () => {
    expect(await call('http://here.example:PORT/face')).toMatchObject({ code: undefined })
  })
})
