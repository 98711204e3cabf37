import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createQuotaGate } from '../../src/auth/quota.js'
import { APPID, createFakeStore, listen, NOW_SECONDS, sign, startApp } from '../support/http-service.js'
import { connectRaw, hasAnswer, parseAnswers, type RawClient } from '../support/raw-http.js'

const IMAGE = Buffer.from('a face').toString('base64')
const BODY = JSON.stringify({ appid: APPID, imageA: IMAGE, imageB: IMAGE })

let app: FastifyInstance
let port: number
let scene: { nowSeconds: number; enabled: boolean; revoked: boolean; monthlyQuota: number | undefined }
let counted: number[]
let signed: number

beforeEach(async () => {
  scene = { nowSeconds: NOW_SECONDS, enabled: true, revoked: false, monthlyQuota: undefined }
  counted = []
  signed = 0
  const store = createFakeStore()
  app = await startApp({
    store: {
      ...store,
      findApp: async (appid) => {
        const { enabled, monthlyQuota } = scene
        return { appid, enabled, ...(monthlyQuota === undefined ? {} : { monthlyQuota }) }
      },
      findKey: async (secretId) => {
        const key = await store.findKey(secretId)
        return key && { ...key, revoked: scene.revoked }
      },
    },
    now: () => new Date(scene.nowSeconds * 1000),
    countCall: (_appid, code) => counted.push(code),
    // Asked once a call, when its signature was good and before its body is read.
    rateLimiter: {
      take: async () => {
        signed++
      },
    },
    quotas: createQuotaGate(async () => counted.filter((code) => code === 0).length),
  })
  port = await listen(app)
})
afterEach(() => app.close())

/** Sends everything but the last byte of a call, so that it waits there. */
async function holdOpen(signature = sign()): Promise<RawClient> {
  const client = connectRaw(port)
  const before = signed
  client.write(
    `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${signature}\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY.slice(0, -1)}`,
  )
  await expect.poll(() => signed).toBe(before + 1)
  return client
}

async function finish(client: RawClient): Promise<number> {
  client.write(BODY.slice(-1))
  const [answer] = parseAnswers(await client.until(hasAnswer))
  client.socket.destroy()
  return JSON.parse(answer?.body ?? '').code
}

describe('a call whose body takes its time', () => {
  it('succeeds when nothing has changed, and is counted once', async () => {
    expect(await finish(await holdOpen())).toBe(0)
    expect([counted, signed]).toEqual([[0], 1])
  })

  it.each([
    ['signature expires', { nowSeconds: NOW_SECONDS + 301 }, 9],
    ['key is revoked', { revoked: true }, 11],
    ['app is switched off', { enabled: false }, 10],
    ['quota is set to what is used', { monthlyQuota: 0 }, 15],
  ])('is refused when its %s meanwhile', async (_name, change, code) => {
    const client = await holdOpen()
    Object.assign(scene, change)
    expect(await finish(client)).toBe(code)
  })

  it('does not spend a single-use signature that its quota refuses', async () => {
    const once = sign({ expiresAt: 0, fileId: 'file' })
    const client = await holdOpen(once)
    scene.monthlyQuota = 0
    expect(await finish(client)).toBe(15)
    scene.monthlyQuota = undefined
    expect(await finish(await holdOpen(once))).toBe(0)
  })

  it('has one call of a quota of one, however many wait with it', async () => {
    scene.monthlyQuota = 1
    const clients: RawClient[] = []
    for (let count = 0; count < 30; count++) clients.push(await holdOpen())
    const codes = await Promise.all(clients.map(finish))
    expect(codes.filter((code) => code === 0)).toHaveLength(1)
    expect(codes.filter((code) => code === 15)).toHaveLength(29)
  })
})
