import { describe, expect, it } from 'vitest'
import { UploadBudget } from '../../src/http/upload-budget.js'
import { fetcher, IMAGE, serve } from '../image/servers.js'
import { APPID, fakeFetch, listen, sign, startApp } from '../support/http-service.js'
import { connectRaw, exchange } from '../support/raw-http.js'

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
