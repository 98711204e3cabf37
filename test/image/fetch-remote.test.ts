import { createServer as createTcpServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { checkUrl } from '../../src/image/fetch-remote.js'
import { eventually, fetcher, IMAGE, listen, serve, UNREACHABLE } from './servers.js'

describe('checkUrl', () => {
  it.each([
    '',
    'image.jpg',
    '//a.example/',
    'ftp://a.example/',
    'file:///etc/passwd',
    'data:image/png;base64,',
    'http://',
    'http://[::1',
    'http://1.2.3.4.5/',
    'http://256.0.0.1/',
    'http://0x100000000/',
    'http://[fe80::1%eth0]/',
    'http://[fe80::1%25eth0]/',
    'http://a.example\u0000.example/',
    'http://a.example:99999/',
    'javascript:1',
  ])('refuses "%s" as a parameter', (url) => {
    expect(() => checkUrl(url)).toThrow(expect.objectContaining({ kind: 'INVALID_PARAMETER' }))
  })

  it('refuses credentials, and looks at the length before them', () => {
    for (const url of ['http://me@a.example/', 'http://me:secret@a.example/', 'http://:pw@a.example/']) {
      expect(() => checkUrl(url)).toThrow(expect.objectContaining({ kind: 'INVALID_PARAMETER' }))
    }
    for (const url of ['http://:pw@a.example/', 'ftp://a.example/', 'no url']) {
      expect(() => checkUrl(url.padEnd(3000, 'x'))).toThrow(expect.objectContaining({ code: -1304 }))
    }
  })

  it('takes 2,048 characters and refuses one more', () => {
    const base = 'https://a.example/'
    expect(() => checkUrl(base.padEnd(2048, 'x'))).not.toThrow()
    expect(() => checkUrl(base.padEnd(2049, 'x'))).toThrow(expect.objectContaining({ code: -1304 }))
  })

  it('is what fetchImage looks at first', async () => {
    const { fetchImage } = fetcher()
    await expect(fetchImage('ftp://a.example/')).rejects.toMatchObject({ code: 21 })
    await expect(fetchImage('https://a.example/'.padEnd(2049, 'x'))).rejects.toMatchObject({ code: -1304 })
  })
})

describe('fetchImage keeps away from', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.0.0.1:8080/',
    'https://127.0.0.1/',
    'http://[::1]/',
    'http://[::]/',
    'http://0.0.0.0/',
    'http://169.254.169.254/latest/meta-data',
    'http://10.1.2.3/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://0/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0177.0x0.1/',
    'http://10.257/',
    'http://%31%32%37.0.0.1/',
    'http://127。0。0。1/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:a00:1]/',
    'http://[64:ff9b:1::7f00:1]/',
    'http://[2001:0:7f00:1::]/',
    'http://[2002:a00:1::1]/',
    'http://[fec0::1]/',
    'http://[fd00:ec2::254]/',
  ])('%s', async (url) => {
    const { fetchImage, refusals } = fetcher({ allow: [], lookup: () => Promise.reject(new Error('asked')) })
    await expect(fetchImage(url)).rejects.toMatchObject(UNREACHABLE)
    expect(refusals).toHaveLength(1)
  })

  it('a name with one public and one private address, and tells only the log', async () => {
    const { fetchImage, refusals } = fetcher({
      allow: [],
      lookup: async () => [
        { address: '93.184.216.34', family: 4 },
        { address: '10.0.0.7', family: 4 },
      ],
    })
    await expect(fetchImage('http://img.example/secret')).rejects.toMatchObject(UNREACHABLE)
    expect(refusals).toEqual([
      { hostname: 'img.example', addresses: ['93.184.216.34', '10.0.0.7'], reason: 'private address 10.0.0.7' },
    ])
  })

  it('a private address behind a redirect', async () => {
    const { base, requests } = await serve((request, response, self) => {
      const target = request.url === '/name' ? 'http://inside.example/' : `${self.replace('127.0.0.1', '127.0.0.2')}/`
      response.writeHead(302, { location: target }).end()
    })
    const { fetchImage, refusals } = fetcher({ lookup: async () => [{ address: '192.168.0.1', family: 4 }] })
    await expect(fetchImage(`${base}/name`)).rejects.toMatchObject(UNREACHABLE)
    await expect(fetchImage(`${base}/literal`)).rejects.toMatchObject(UNREACHABLE)
    expect(refusals.map(({ reason }) => reason)).toEqual(['private address 192.168.0.1', 'loopback address 127.0.0.2'])
    expect(requests).toHaveLength(2)
  })

  it('a second answer of the name server: one question per hop, and its answer is where the connection goes', async () => {
    const { port } = await serve((_request, response) => response.end(IMAGE))
    const answers = ['127.0.0.1', '10.0.0.1']
    let asked = 0
    const lookup = async () => [{ address: answers[asked++] ?? '10.0.0.1', family: 4 }]
    const { fetchImage } = fetcher({ lookup })
    expect(await fetchImage(`http://img.example:${port}/`)).toEqual(new Uint8Array(IMAGE))
    expect(asked).toBe(1)
  })

  it('a pooled connection: the same name is checked anew and connected anew', async () => {
    const { port, requests } = await serve((_request, response) => response.end(IMAGE))
    let asked = 0
    const { fetchImage } = fetcher({
      lookup: async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }],
    })
    await fetchImage(`http://img.example:${port}/`)
    await expect(fetchImage(`http://img.example:${port}/`)).rejects.toMatchObject(UNREACHABLE)
    expect([asked, requests.length]).toEqual([2, 1])
  })

  it('names of this host that nobody allowed', async () => {
    const { base } = await serve((_request, response) => response.end(IMAGE))
    const { fetchImage } = fetcher({ allow: [], timeoutMs: 1_000 })
    await expect(fetchImage(base.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject(UNREACHABLE)
  })
})

describe('fetchImage fetches', () => {
  it('the bytes, asking plainly', async () => {
    const { base, requests, open } = await serve((_request, response) => response.end(IMAGE))
    const bytes = await fetcher().fetchImage(`${base}/a%20b?c=d&e#f`)
    expect(bytes).toEqual(new Uint8Array(IMAGE))
    const { method, url, headers } = requests[0]!
    expect([method, url]).toEqual(['GET', '/a%20b?c=d&e'])
    expect(headers).toMatchObject({ accept: 'image/*', 'accept-encoding': 'identity', connection: 'close' })
    expect(headers.cookie ?? headers.authorization).toBeUndefined()
    await eventually(() => open.size === 0)
  })

  it('a name, keeping it in the Host header', async () => {
    const { port, requests } = await serve((_request, response) => response.end(IMAGE))
    await fetcher({ lookup: async () => [{ address: '127.0.0.1', family: 4 }] }).fetchImage(
      `http://img.example:${port}/`,
    )
    expect(requests[0]!.headers.host).toBe(`img.example:${port}`)
  })

  it('an allowed name of this host', async () => {
    const { base } = await serve((_request, response) => response.end(IMAGE))
    const { fetchImage } = fetcher({ allow: ['localhost'] })
    expect(await fetchImage(base.replace('127.0.0.1', 'localhost'))).toHaveLength(IMAGE.length)
  })

  it('from the second address when the first does not answer', async () => {
    const { port } = await serve((_request, response) => response.end(IMAGE))
    const lookup = async () => [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]
    const { fetchImage } = fetcher({ allow: ['127.0.0.1', '::1'], lookup })
    expect(await fetchImage(`http://img.example:${port}/`)).toHaveLength(IMAGE.length)
  })

  it('over TLS under the name of the url, not under its address', async () => {
    const hello: Buffer[] = []
    const { port } = await listen(
      createTcpServer((socket) =>
        socket.once('data', (data) => {
          hello.push(data)
          socket.destroy()
        }),
      ),
    )
    const { fetchImage } = fetcher({ lookup: async () => [{ address: '127.0.0.1', family: 4 }] })
    await expect(fetchImage(`https://img.example:${port}/`)).rejects.toMatchObject(UNREACHABLE)
    expect(Buffer.concat(hello).includes('img.example')).toBe(true)
  })

  it.each([
    ['UTF-8', Buffer.from('/café/图.jpg'), '/caf%C3%A9/%E5%9B%BE.jpg'],
    ['Latin-1', Buffer.from('/café.jpg', 'latin1'), '/caf%E9.jpg'],
    ['escapes already', Buffer.from('/caf%C3%A9.jpg?a=%20'), '/caf%C3%A9.jpg?a=%20'],
  ])('from a Location in %s, as browsers do', async (_name, location, path) => {
    const asked: string[] = []
    const { port } = await listen(
      createTcpServer((socket) =>
        socket.once('data', (head) => {
          asked.push(String(head).split(' ')[1] ?? '')
          const isFirst = asked.length === 1
          socket.write(isFirst ? 'HTTP/1.1 302 Found\r\nLocation: ' : 'HTTP/1.1 200 OK')
          if (isFirst) socket.write(location)
          socket.end(isFirst ? '\r\nContent-Length: 0\r\n\r\n' : `\r\nContent-Length: ${IMAGE.length}\r\n\r\n${IMAGE}`)
        }),
      ),
    )
    expect(Buffer.from(await fetcher().fetchImage(`http://127.0.0.1:${port}/`))).toEqual(IMAGE)
    expect(asked).toEqual(['/', path])
  })

  it.each([0, 1, 3])('through %i redirects', async (count) => {
    const { base, open, requests } = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end(IMAGE)
      else response.writeHead([301, 302, 303, 307, 308][left] ?? 302, { location: `${left - 1}` }).end('moved')
    })
    expect(await fetcher().fetchImage(`${base}/${count}`)).toHaveLength(IMAGE.length)
    expect(requests).toHaveLength(count + 1)
    await eventually(() => open.size === 0)
  })

  it('exactly as many bytes as allowed, with and without a length', async () => {
    const { base } = await serve((request, response) => {
      if (request.url === '/length') response.setHeader('content-length', 1_000)
      response.write(Buffer.alloc(500, 1))
      response.end(Buffer.alloc(500, 2))
    })
    const { fetchImage } = fetcher()
    expect(await fetchImage(`${base}/length`)).toHaveLength(1_000)
    expect(await fetchImage(`${base}/chunked`)).toHaveLength(1_000)
  })
})
