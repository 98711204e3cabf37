import { createServer as createTcpServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { eventually, fetcher, listen, portOf, serve, UNREACHABLE } from './servers.js'

const FAILED = { kind: 'URL_DOWNLOAD_FAILED' }
const BROKEN_OFF = { kind: 'URL_UNREACHABLE', message: 'The image url broke off before its image was whole.' }
const LATE = { kind: 'URL_UNREACHABLE', message: 'The image url took longer than 0.15 s.' }

describe('fetchImage reports a failed download', () => {
  it.each([
    ['a fourth redirect', 302, { location: '/again' }],
    ['a redirect without Location', 302, {}],
    ['a redirect to nowhere', 302, { location: 'http://[' }],
    ['not found', 404, {}],
    ['an error of the server', 500, {}],
    ['not modified', 304, {}],
    ['multiple choices', 300, { location: '/x' }],
    ['a compressed body', 200, { 'content-encoding': 'gzip' }],
    ['a length over the limit', 200, { 'content-length': '1001' }],
    ['a huge length', 200, { 'content-length': '99999999999999' }],
  ])('%s', async (_name, status, headers) => {
    const { base, open } = await serve((_request, response) => {
      response.writeHead(status, headers)
      response.flushHeaders()
      if (!('content-length' in headers)) response.end(status === 304 ? undefined : 'body')
    })
    await expect(fetcher().fetchImage(base)).rejects.toMatchObject(FAILED)
    await eventually(() => open.size === 0)
  })

  it('after three redirects, not after more', async () => {
    const { base, requests } = await serve((_request, response) => response.writeHead(301, { location: '/' }).end())
    await expect(fetcher().fetchImage(base)).rejects.toMatchObject(FAILED)
    expect(requests).toHaveLength(4)
  })

  it('of an endless body, and stops reading it', async () => {
    const { base, open } = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(400)));
      }
      response.on('drain', more)
      more()
    })
    await expect(fetcher().fetchImage(base)).rejects.toMatchObject(FAILED)
    await eventually(() => open.size === 0)
  })

  it.each([200, 204])('as an empty image when status %i brings no bytes', async (status) => {
    const { base } = await serve((_request, response) => response.writeHead(status).end())
    await expect(fetcher().fetchImage(base)).rejects.toMatchObject({ kind: 'IMAGE_EMPTY' })
  })
})

describe('fetchImage reports an unreachable place', () => {
  it.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'data:image/gif;base64,R0lGOD', 'http://me:secret@127.0.0.1/'])(
    'behind a redirect to %s',
    async (location) => {
      const { base } = await serve((_request, response) => response.writeHead(302, { location }).end())
      const { fetchImage, refusals } = fetcher()
      await expect(fetchImage(base)).rejects.toMatchObject(UNREACHABLE)
      expect(refusals).toHaveLength(1)
      expect(JSON.stringify(refusals)).not.toContain('secret')
    },
  )

  it('when the name is not found, or has no address', async () => {
    const notFound = fetcher({ lookup: () => Promise.reject(new Error('ENOTFOUND')) })
    await expect(notFound.fetchImage('http://img.example/')).rejects.toMatchObject(UNREACHABLE)
    await expect(fetcher({ lookup: async () => [] }).fetchImage('http://img.example/')).rejects.toMatchObject(
      UNREACHABLE,
    )
  })

  it('when the port is closed', async () => {
    const server = createTcpServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const port = portOf(server)
    await new Promise((resolve) => server.close(resolve))
    await expect(fetcher().fetchImage(`http://127.0.0.1:${port}/`)).rejects.toMatchObject(UNREACHABLE)
  })

  it.each([
    ['at once', '', UNREACHABLE],
    ['in the middle of the headers', 'HTTP/1.1 200 OK\r\nContent-Le', UNREACHABLE],
    ['in the middle of a body of known length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', BROKEN_OFF],
    ['in the middle of a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf', BROKEN_OFF],
    ['in the middle of a page of errors', 'HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nhalf', FAILED],
    ['after something that is not HTTP', 'SSH-2.0-OpenSSH_9\r\n', UNREACHABLE],
  ])('when the connection breaks %s', async (_name, answer, failure) => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const { port } = await listen(
        createTcpServer((socket) => socket.once('data', () => socket.write(answer, () => socket[end]()))),
      )
      await expect(fetcher().fetchImage(`http://127.0.0.1:${port}/`), end).rejects.toMatchObject(failure)
    }
  })

  it('with the same words when the host is blocked and when it is not there, also behind a redirect', async () => {
    const { base } = await serve((request, response) => {
      const location = request.url === '/blocked' ? 'http://10.0.0.1/' : 'http://gone.example/'
      response.writeHead(302, { location }).end()
    })
    const lookup = () => Promise.reject(new Error('ENOTFOUND'))
    const { fetchImage, refusals } = fetcher({ lookup })
    const urls = ['http://10.0.0.1/', 'http://gone.example/', `${base}/blocked`, `${base}/gone`]
    const failures = await Promise.all(urls.map((url) => fetchImage(url).catch((error: unknown) => error)))
    for (const failure of failures) expect(failure).toMatchObject(UNREACHABLE)
    expect(refusals).toHaveLength(2)
  })

  it('when the whole takes too long: names, headers, body drop by drop, redirect after redirect', async () => {
    const { base, open } = await serve((request, response) => {
      if (request.url === '/headers') return
      if (request.url === '/hops') {
        setTimeout(() => response.writeHead(302, { location: '/hops' }).end(), 60)
        return
      }
      const drip = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(drip))
    })
    const { fetchImage } = fetcher({ timeoutMs: 150 })
    const never = fetcher({ timeoutMs: 150, lookup: () => new Promise(() => {}) })
    await Promise.all([
      expect(never.fetchImage('http://img.example/')).rejects.toMatchObject(UNREACHABLE),
      ...['headers', 'hops', 'body'].map((path) =>
        expect(fetchImage(`${base}/${path}`), path).rejects.toMatchObject(LATE),
      ),
    ])
    await eventually(() => open.size === 0)
  })
})

describe('fetchImage gives up', () => {
  it('with the reason of the caller, before and while it fetches, and closes the connection', async () => {
    const { base, open, requests } = await serve((_request, response) => response.write('x'))
    const { fetchImage } = fetcher()
    await expect(fetchImage(base, AbortSignal.abort('gone'))).rejects.toBe('gone')
    expect(requests).toHaveLength(0)

    const controller = new AbortController()
    const download = fetchImage(base, controller.signal)
    setTimeout(() => controller.abort('gone'), 50)
    await expect(download).rejects.toBe('gone')
    await eventually(() => open.size === 0)
  })

  it('when the fetcher is closed, now and later', async () => {
    const { base, open, requests } = await serve((_request, response) => response.write('x'))
    const { fetchImage, close } = fetcher()
    const download = expect(fetchImage(base)).rejects.toMatchObject(UNREACHABLE)
    await eventually(() => requests.length === 1)
    await close()
    await download
    await eventually(() => open.size === 0)
    await expect(fetchImage(base)).rejects.toMatchObject(UNREACHABLE)
    expect(requests).toHaveLength(1)
  })
})
