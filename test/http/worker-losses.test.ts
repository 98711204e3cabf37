import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createLossGate } from '../../src/auth/loss-gate.js'
import { analyzeWith, type FaceEngine } from '../../src/engine/engine.js'
import { FaceCompareError } from '../../src/errors.js'
import { createFakeEngine, signOnce, startApp } from '../support/http-service.js'
import {
  type Content,
  FIRST_WIRE,
  nameOf,
  type Signing,
  type TestWire,
  WIRES,
  type WireRequest,
} from '../support/wires.js'

/** Images of `deadly` cost their worker its life; those of `lingering` do so when they were given up long ago. */
function deadlyEngine(): FaceEngine & { readonly endLingering: () => void } {
  const lingering: (() => void)[] = []
  const fake = createFakeEngine()
  const findFaces: FaceEngine['findFaces'] = async (image, options, signal, onWorkerLost) => {
    const word = Buffer.from(image).toString()
    if (word === 'lingering' && onWorkerLost) lingering.push(onWorkerLost)
    if (word === 'deadly') onWorkerLost?.()
    if (word === 'deadly' || word === 'lingering') {
      throw new FaceCompareError('INTERNAL', 'The image could not be processed.')
    }
    return fake.findFaces(image, options, signal)
  }
  return {
    ...fake,
    findFaces,
    analyze: analyzeWith(findFaces),
    endLingering() {
      for (const end of lingering.splice(0)) end()
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
  const send = async ({ path, headers, body }: WireRequest, { errorIn }: TestWire) => {
    const response = await started.inject({ method: 'POST', url: path, payload: body, headers })
    return { error: errorIn(response.json()), retryAfter: response.headers['retry-after'] }
  }
  return { engine, clock, send }
}

describe.each(WIRES)('on $wire', (wire) => {
  const call = async (content: Content, signing: Signing = {}) => {
    if (!scene) throw new Error('No service')
    return scene.send(wire.compare(content, signing), wire)
  }
  let scene: Awaited<ReturnType<typeof start>> | undefined

  it('a key whose pictures end workers has to wait for a while, on all wires, and others have not', async () => {
    scene = await start()
    const errors: (string | undefined)[] = []
    for (let i = 0; i < 5; i++) errors.push((await call({ a: 'deadly' })).error)
    const { fault, busy } = wire.names
    expect(errors).toEqual([fault, fault, fault, busy, busy])
    for (const other of WIRES) {
      expect(await scene.send(other.compare(), other)).toEqual({ error: other.names.busy, retryAfter: '60' })
    }
    expect((await call({}, { secretId: '4711', appid: '4711' })).error).toBe(undefined)
    scene.clock.ms += 60_000
    expect((await call({})).error).toBe(undefined)
  })

  it('it does not help to leave before the worker ends', async () => {
    scene = await start()
    for (let i = 0; i < 3; i++) await call({ a: 'lingering' })
    expect((await call({})).error).toBe(undefined)
    scene.engine.endLingering()
    await turn()
    expect((await call({})).error).toBe(wire.names.busy)
  })

  it('nobody can make an app wait, or learn that it does, without its key', async () => {
    scene = await start()
    const forged = { secretKey: 'of somebody else' }
    for (let i = 0; i < 5; i++) {
      expect((await call({ a: 'deadly' }, forged)).error).toBe(nameOf(wire, 'wrong signature'))
    }
    expect((await call({})).error).toBe(undefined)
    for (let i = 0; i < 3; i++) await call({ a: 'deadly' })
    expect((await call({})).error).toBe(wire.names.busy)
    expect((await call({}, forged)).error).toBe(nameOf(wire, 'wrong signature'))
  })
})

it('a signature that works once is not spent on a call that is refused so', async () => {
  const { clock, send } = await start()
  for (let i = 0; i < 3; i++) await send(FIRST_WIRE.compare({ a: 'deadly' }), FIRST_WIRE)
  const request = FIRST_WIRE.compare()
  const once = { ...request, headers: { ...request.headers, Authorization: signOnce('file') } }
  expect((await send(once, FIRST_WIRE)).error).toBe(FIRST_WIRE.names.busy)
  clock.ms += 60_000
  expect((await send(once, FIRST_WIRE)).error).toBe(undefined)
})
