import { readFileSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { eventually, fetcher, IMAGE, listen, serve, UNREACHABLE } from './servers.js'

const FAILED = { kind: 'URL_DOWNLOAD_FAILED' }
const here = async () => [{ address: '127.0.0.1', family: 4 }]

/** A server that answers every connection with what `answer` writes to it. */
const serveBytes = (answer: (socket: Socket) => void) =>
  listen(createTcpServer((socket) => socket.once('data', () => answer(socket))))

/** Writes the piece again and again, as fast as it is taken. */
function pour(socket: Socket, piece: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', more)
  more()
}

describe('fetchImage comes away from a server that sends', () => {
  it.each([
    ['headers without end', 'HTTP/1.1 200 OK\r\n', 'X-More: and more\r\n'],
    ['one header without end', 'HTTP/1.1 200 OK\r\nX-Long: ', 'x'.repeat(4096)],
    ['a status line without end', 'HTTP/1.1 200 ', 'O'.repeat(4096)],
    ['chunk extensions without end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'x'.repeat(4096)],
    ['trailers without end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'X-More: and more\r\n'],
    ['hints without end', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
  ])('%s', async (_name, start, more) => {
    const { port, open } = await serveBytes((socket) => {
      socket.write(start)
      pour(socket, more)
    })
    // At the deadline, or when undici has had enough: then it breaks off.
    await expect(fetcher({ timeoutMs: 500 }).fetchImage(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      kind: 'URL_UNREACHABLE',
    })
    await eventually(() => open.size === 0)
  })

  it('its headers drop by drop', async () => {
    const { port, open } = await serveBytes((socket) => {
      const drip = setInterval(() => socket.write('H'), 10)
      socket.on('close', () => clearInterval(drip))
    })
    await expect(fetcher({ timeoutMs: 100 }).fetchImage(`http://127.0.0.1:${port}/`)).rejects.toMatchObject(UNREACHABLE)
    await eventually(() => open.size === 0)
  })

  it.each([['gzip'], ['GZIP '], ['x-gzip'], ['deflate'], ['br'], ['zstd'], ['identity, gzip'], [['identity', 'gzip']]])(
    'a body that unpacks to more (%s)',
    async (encoding) => {
      const { base } = await serve((_request, response) =>
        response.setHeader('content-encoding', encoding).end(Buffer.alloc(100)),
      )
      await expect(fetcher().fetchImage(base)).rejects.toMatchObject(FAILED)
    },
  )

  it('another answer behind the one that was asked for', async () => {
    const { port } = await serveBytes((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nimageHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother')
    })
    expect(await fetcher().fetchImage(`http://127.0.0.1:${port}/`)).toEqual(new Uint8Array(Buffer.from('image')))
  })
})

describe('fetchImage does not believe', () => {
  it.each(['one.test', 'other.test', '127.0.0.1'])('a certificate that nobody vouches for (%s)', async (host) => {
    const read = (name: string) => readFileSync(new URL(`../support/tls/one.${name}`, import.meta.url))
    let asked = 0
    const server = createSecureServer({ cert: read('crt'), key: read('key') }, (_request, response) => {
      asked++
      response.end(IMAGE)
    })
    const { port } = await listen(server)
    await expect(fetcher({ lookup: here }).fetchImage(`https://${host}:${port}/`)).rejects.toMatchObject(UNREACHABLE)
    expect(asked).toBe(0)
  })

  it('that a name is still where it was one redirect ago', async () => {
    const { port, requests } = await serve((_request, response) => response.writeHead(302, { location: '/next' }).end())
    const addresses = ['127.0.0.1', '169.254.169.254']
    const lookup = async () => [{ address: addresses.shift() ?? '', family: 4 }]
    const { fetchImage, refusals } = fetcher({ lookup })
    await expect(fetchImage(`http://img.example:${port}/`)).rejects.toMatchObject(UNREACHABLE)
    expect(refusals).toMatchObject([{ reason: 'linkLocal address 169.254.169.254' }])
    expect(requests).toHaveLength(1)
  })

  it.each([
    '//127.0.0.2/',
    'http:\\\\127.0.0.2\\',
    'http:127.0.0.2',
    'http://0x7f000002/',
    'http://0177.0.0.2/',
    'http://[::ffff:127.0.0.2]/',
    'http://[64:ff9b::7f00:2]/',
    'http://[2001:0:7f00:2::]/',
    'http://127.0.0.1.nip.example/',
  ])('that a redirect leads to a public place: %s', async (location) => {
    const { base, requests } = await serve((_request, response) => response.writeHead(307, { location }).end())
    const { fetchImage, refusals } = fetcher({ lookup: async () => [{ address: '127.0.0.2', family: 4 }] })
    // Without a scheme of its own a place is one on the same server, as in browsers.
    const same = location === 'http:127.0.0.2'
    await expect(fetchImage(base)).rejects.toMatchObject(same ? FAILED : UNREACHABLE)
    expect(refusals).toHaveLength(same ? 0 : 1)
    expect(requests).toHaveLength(same ? 4 : 1)
  })

  it('that a circle of two hosts has an end', async () => {
    const { port, requests } = await serve(({ headers }, response) => {
      const other = headers.host?.startsWith('a.') ? 'b.example' : 'a.example'
      response.writeHead(302, { location: `http://${other}:${port}/` }).end()
    })
    await expect(fetcher({ lookup: here }).fetchImage(`http://a.example:${port}/`)).rejects.toMatchObject(FAILED)
    expect(requests.map(({ headers }) => headers.host?.[0])).toEqual(['a', 'b', 'a', 'b'])
  })
})
