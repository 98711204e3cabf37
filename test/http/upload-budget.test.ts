import { describe, expect, it } from 'vitest'
import { UploadBudget } from '../../src/http/upload-budget.js'
import { fetcher, IMAGE, serve } from '../image/servers.js'
import { APPID, fakeFetch, listen, sign, startApp } from '../support/http-service.js'
import { connectRaw, exchange, hasAnswer, parseAnswers } from '../support/raw-http.js'
import { DOORS, httpOf, WIRES, type WireRequest } from '../support/wires.js'

describe('the budget of uploads', () => {
  it('refuses what is over the limit together, with code 15 and when to come again', () => {
    const budget = new UploadBudget(100)
    budget.open({ appid: '1' }).take(60)
    const second = budget.open({ appid: '2' })
    const refusal = expect.objectContaining({ code: 15, retryAfterSeconds: 1 })
    expect(() => second.requireRoom(41)).toThrow(refusal)
    expect(() => second.take(41)).toThrow(refusal)
    expect(budget.bytes).toBe(60)
    second.requireRoom(40)
    second.take(40)
    expect(budget.bytes).toBe(100)
  })

  it('refuses an upload that grows beyond it', () => {
    const budget = new UploadBudget(100)
    budget.open({ appid: '1' }).take(60)
    const growing = budget.open({ appid: '2' })
    growing.take(30)
    expect(() => growing.take(11)).toThrow(expect.objectContaining({ code: 15 }))
  })

  it('leaves a quarter to others, however many uploads one app opens', () => {
    const budget = new UploadBudget(100)
    const shares = Array.from({ length: 3 }, () => budget.open({ appid: '1' }))
    for (const share of shares) share.take(25)
    expect(() => budget.open({ appid: '1' }).take(1)).toThrow('The app sends too much at once')
    budget.open({ appid: '2' }).take(25)
    shares[0]?.close()
    budget.open({ appid: '1' }).take(25)
    expect(budget.bytes).toBe(100)
  })

  it('lets one upload in whatever its size', () => {
    const budget = new UploadBudget(100)
    const large = budget.open({ appid: '1' })
    large.take(90)
    large.take(90)
    expect(() => budget.open({ appid: '1' }).take(1)).toThrow()
    large.close()
    budget.open({ appid: '1' }).take(1000)
  })

  it('gives back what was taken, once', () => {
    const budget = new UploadBudget(100)
    const share = budget.open({ appid: '1' })
    share.take(70)
    share.close()
    share.close()
    share.take(50)
    expect(budget.bytes).toBe(0)
  })
})

describe('strangers, who name an app and have not proven it', () => {
  const stranger = (network: string, claimedAppid = '1') => ({ claimedAppid, network })
  const refusal = expect.objectContaining({ code: 15, retryAfterSeconds: 1 })

  /** As many uploads from one place as are let in, of a byte each. */
  function fill(budget: UploadBudget, network: string) {
    const shares = Array.from({ length: 1000 }, () => budget.open(stranger(network)))
    const bytes = shares.findIndex((share) => {
      try {
        share.take(1)
        return false
      } catch {
        return true
      }
    })
    return { bytes, close: () => shares.forEach(({ close }) => void close()) }
  }

  it('leave half of everything to those who have proven theirs, the app that they name first of all', () => {
    const budget = new UploadBudget(1000)
    for (let i = 0; i < 100; i++) fill(budget, `192.0.2.${i}`)
    expect(budget.bytes).toBeLessThanOrEqual(500)
    budget.open({ appid: '1' }).take(500)
  })

  it('leave room for each other: who comes from one place takes half of what the others have left', () => {
    const budget = new UploadBudget(1000)
    const [first, second, third] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((network) => fill(budget, network))
    expect([first?.bytes, second?.bytes, third?.bytes]).toEqual([250, 125, 62])
    budget.open(stranger('192.0.2.4')).take(30)
    first?.close()
    budget.open(stranger('192.0.2.4')).take(100)
  })

  it('are told apart by the app that they name, too', () => {
    const budget = new UploadBudget(1000)
    budget.open(stranger('192.0.2.1')).take(250)
    expect(() => budget.open(stranger('192.0.2.1')).take(1)).toThrow(refusal)
    budget.open(stranger('192.0.2.1', '2')).take(100)
  })

  it('may bring one upload of any size while there is no other', () => {
    const budget = new UploadBudget(100)
    const large = budget.open(stranger('192.0.2.1'))
    large.take(90)
    expect(() => budget.open(stranger('192.0.2.2')).take(1)).toThrow(refusal)
    budget.open({ appid: '1' }).take(10)
  })

  it('are strangers no more when they have proven their app: then it is for that to have room', () => {
    const budget = new UploadBudget(1000)
    const shares = [200, 200].map((bytes) => {
      const share = budget.open(stranger('192.0.2.1'))
      share.take(bytes)
      share.prove('1')
      share.prove('1')
      return share
    })
    budget.open({ appid: '1' }).take(300)
    const late = budget.open(stranger('192.0.2.1'))
    late.take(100)
    expect(() => late.prove('1')).toThrow(refusal)
    expect(budget.bytes).toBe(800)
    late.close()
    for (const share of shares) share.close()
    expect(budget.bytes).toBe(300)
  })
})

describe('the service', () => {
  const post = { method: 'POST', url: '/face/compare' } as const
  const payload = { appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' }

  it('refuses a body that is too much together with others, before it reads it, and gives everything back', async () => {
    const budget = new UploadBudget(200_000)
    const app = await startApp({ uploadBudget: budget })
    const other = budget.open({ appid: '1' })
    other.take(199_990)
    const refused = await app.inject({ ...post, payload, headers: { authorization: sign() } })
    expect([refused.statusCode, refused.json().code, refused.headers['retry-after']]).toEqual([429, 15, '1'])
    expect(refused.json().data).not.toHaveProperty('fail_flag')
    expect(budget.bytes).toBe(199_990)
    other.close()
    expect((await app.inject({ ...post, payload, headers: { authorization: sign() } })).json().code).toBe(0)
    expect((await app.inject({ ...post, payload: '{', headers: { authorization: sign() } })).json().code).toBe(3)
    expect(budget.bytes).toBe(0)
    await app.close()
  })

  it('counts what it fetches, and refuses it alike', async () => {
    const budget = new UploadBudget(1000)
    const app = await startApp({
      uploadBudget: budget,
      fetchImage: async (url, signal, onBytes) => {
        onBytes?.(600)
        return fakeFetch(url, signal)
      },
    })
    const other = budget.open({ appid: '1' })
    other.take(1)
    const refused = await app.inject({ ...post, payload, headers: { authorization: sign() } })
    expect([refused.json().code, refused.json().data.fail_flag]).toEqual([15, undefined])
    other.close()
    expect((await app.inject({ ...post, payload, headers: { authorization: sign() } })).json().code).toBe(0)
    expect(budget.bytes).toBe(0)
    await app.close()
  })

  it('counts what has come: bodies that are announced and then drip keep nobody out', async () => {
    const budget = new UploadBudget(2 * 1024 * 1024)
    const app = await startApp({ uploadBudget: budget })
    const port = await listen(app)
    const head = `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${sign()}\r\n`
    const slow = Array.from({ length: 20 }, () => connectRaw(port))
    for (const client of slow) client.write(`${head}Content-Length: 200000\r\n\r\n{`)
    await expect.poll(() => budget.bytes).toBe(20 * (64 * 1024 + 1))
    const images = { imageA: 'A'.repeat(80_000), imageB: 'A'.repeat(80_000) }
    const body = JSON.stringify({ appid: APPID, ...images })
    const good = await exchange(connectRaw(port), `${head}Content-Length: ${body.length}\r\n\r\n${body}`)
    expect(JSON.parse(good.body).code).toBe(0)
    for (const client of slow) client.socket.destroy()
    await expect.poll(() => budget.bytes).toBe(0)
    await app.close()
  })

  it.each(DOORS.filter(({ isProvenByHead }) => !isProvenByHead))(
    'lets nobody who only knows a key by its name keep its calls out: $wire',
    async (wire) => {
      const budget = new UploadBudget(2 * 1024 * 1024)
      const app = await startApp({ uploadBudget: budget, trustProxy: ['127.0.0.1'] })
      const port = await listen(app)
      const from = (address: string, { headers, ...request }: WireRequest) => ({
        ...request,
        headers: { ...headers, 'X-Forwarded-For': address },
      })
      const large = wire.compare({ body: ' '.repeat(150_000) }, { secretKey: 'of somebody else' })
      const flood = Array.from({ length: 20 }, () => connectRaw(port))
      for (const client of flood) client.write(httpOf(from('192.0.2.1', large)).subarray(0, -1))
      const answers = await Promise.all(
        flood.slice(4).map(async (client) => JSON.parse(parseAnswers(await client.until(hasAnswer))[0]?.body ?? '')),
      )
      expect(new Set(answers.map(wire.errorIn))).toEqual(new Set([wire.names.busy]))
      for (const other of [wire, ...WIRES]) {
        const images = { a: 'a'.repeat(60_000), b: 'b'.repeat(60_000) }
        const good = await exchange(connectRaw(port), httpOf(from('192.0.2.2', other.compare(images))))
        expect(other.errorIn(JSON.parse(good.body))).toBe(undefined)
      }
      for (const client of flood) client.socket.destroy()
      await expect.poll(() => budget.bytes).toBe(0)
      await app.close()
    },
  )

  it('gives back what a client announced that left', async () => {
    const budget = new UploadBudget(1000)
    const app = await startApp({ uploadBudget: budget })
    const port = await listen(app)
    const head = `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${sign()}\r\n`
    for (const immediately of [true, false]) {
      const client = connectRaw(port)
      client.write(`${head}Content-Length: 500\r\n\r\n`)
      if (!immediately) while (budget.bytes === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      client.socket.destroy()
      while (!(await idle(app.server)) || budget.bytes > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await app.close()
  })
})

function idle(server: { getConnections: (done: (error: Error | null, count: number) => void) => unknown }) {
  return new Promise<boolean>((resolve) => server.getConnections((_error, count) => resolve(count === 0)))
}

describe('fetching', () => {
  it('tells of every piece, and ends with what the listener throws', async () => {
    const { base } = await serve((_request, response) => response.end(IMAGE))
    const { fetchImage } = fetcher()
    const pieces: number[] = []
    await fetchImage(`${base}/`, undefined, (bytes) => void pieces.push(bytes))
    expect(pieces.reduce((sum, bytes) => sum + bytes, 0)).toBe(IMAGE.length)
    const budget = new UploadBudget(1)
    budget.open({ appid: '1' }).take(1)
    await expect(fetchImage(`${base}/`, undefined, budget.open({ appid: '1' }).take)).rejects.toMatchObject({
      code: 15,
    })
  })
})
