import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createLossGate } from '../../src/auth/loss-gate.js'
import type { FaceEngine } from '../../src/engine/engine.js'
import { FaceCompareError } from '../../src/errors.js'
import { APPID, BOUNDARY, createFakeEngine, multipart, sign, signOnce, startApp } from '../support/http-service.js'

/** Images of `deadly` cost their worker its life; those of `lingering` do so when they were given up long ago. */
function deadlyEngine(): FaceEngine & { readonly endLingering: () => void } {
  const lingering: (() => void)[] = []
  return {
    ...createFakeEngine(),
    endLingering() {
      for (const end of lingering.splice(0)) end()
    },
    async analyze(image, signal, onWorkerLost) {
      const word = Buffer.from(image).toString()
      if (word === 'lingering' && onWorkerLost) lingering.push(onWorkerLost)
      if (word === 'deadly') onWorkerLost?.()
      if (word === 'deadly' || word === 'lingering') {
        throw new FaceCompareError('INTERNAL', 'The image could not be processed.')
      }
      return createFakeEngine().analyze(image, signal)
    },
  }
}

let app: Awaited<ReturnType<typeof startApp>> | undefined
afterEach(() => app?.close())

async function start() {
  const engine = deadlyEngine()
  const clock = { ms: 0 }
  const started = await startApp({ engine, losses: createLossGate(() => clock.ms) })
  app = started
  const compare = async (imageA: string, { appid = APPID, authorization = sign(), imageB = 'b' } = {}) => {
    const parts = { appid, imageA, imageB }
    const response = await started.inject({
      method: 'POST',
      url: '/face/compare',
      payload: multipart(Object.entries(parts).map(([name, value]) => ({ name, value }))),
      headers: { authorization, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    })
    return { code: Number(response.json().code), retryAfter: response.headers['retry-after'] }
  }
  return { engine, clock, compare }
}

it('a key whose pictures end workers gets 15 with Retry-After for a while, and others do not', async () => {
  const { clock, compare } = await start()
  const codes: number[] = []
  for (let i = 0; i < 5; i++) codes.push((await compare('deadly')).code)
  expect(codes).toEqual([213, 213, 213, 15, 15])
  expect(await compare('good')).toEqual({ code: 15, retryAfter: '60' })
  const others = sign({ appid: '4711', secretId: '4711' })
  expect((await compare('good', { appid: '4711', authorization: others })).code).toBe(0)
  clock.ms += 60_000
  expect((await compare('good')).code).toBe(0)
})

it('it does not help to leave before the worker ends', async () => {
  const { engine, compare } = await start()
  for (let i = 0; i < 3; i++) await compare('lingering')
  expect((await compare('good')).code).toBe(0)
  engine.endLingering()
  await turn()
  expect((await compare('good')).code).toBe(15)
})

it('a signature that works once is not spent on a call that is refused so', async () => {
  const { clock, compare } = await start()
  await compare('deadly', { imageB: 'deadly' })
  await compare('deadly')
  const authorization = signOnce('file')
  expect((await compare('good', { authorization })).code).toBe(15)
  clock.ms += 60_000
  expect((await compare('good', { authorization })).code).toBe(0)
})
