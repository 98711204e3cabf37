import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/local-engine.js'
import { type EnginePool, startEnginePool } from '../../src/worker/pool.js'
import { cutPerson } from '../../support/sample-people.js'

let pool: EnginePool
let man: Uint8Array

beforeAll(async () => {
  man = await cutPerson('man')
  pool = await startPool({})
  await pool.ready
})
afterAll(async () => {
  await pool?.close()
})

function startPool(options: { readonly timeoutMs?: number; readonly maxPixels?: number }): Promise<EnginePool> {
  return startEnginePool({
    maxPixels: 1_000_000,
    workers: 2,
    queueSize: 8,
    timeoutMs: 20_000,
    ...options,
  })
}

describe('the engine behind processes', () => {
  it('can be closed while its networks are loaded', async () => {
    const early = await startPool({})
    const pids = early.pids()
    await early.close()
    await expect(early.ready).resolves.toBeUndefined()
    expect([pids.length, early.pids().length]).toEqual([2, 0])
  })

  it('gives the same face as the engine without', async () => {
    const alone = await createEngine({ maxPixels: 1_000_000 })
    const here = await alone.analyze(man)
    const there = await pool.analyze(man)
    await alone.close()
    expect(there.packId).toBe(here.packId)
    expect(there.embedding).toEqual(here.embedding)
    expect(pool.compare(here, there).similarity).toBe(100)
  })

  it('leaves the caller its bytes, also where two images share one buffer', async () => {
    const body = Buffer.concat([man, man])
    const [a, b] = [body.subarray(0, man.length), body.subarray(man.length)]
    const faces = await Promise.all([pool.analyze(a), pool.analyze(b)])
    expect(faces[0]?.embedding).toEqual(faces[1]?.embedding)
    expect(body.length).toBe(2 * man.length)
  })

  it('tells by name what is wrong with an image', async () => {
    await expect(pool.analyze(new Uint8Array(0))).rejects.toMatchObject({ kind: 'IMAGE_EMPTY', code: -1300 })
    await expect(pool.analyze(Buffer.from('text'))).rejects.toMatchObject({ kind: 'IMAGE_FORMAT_UNSUPPORTED' })
  })

  it('keeps the event loop free while it works', async () => {
    let turns = 0
    let working = true
    const count = (): void => {
      turns++
      if (working) setImmediate(count)
    }
    setImmediate(count)
    await Promise.all(Array.from({ length: 6 }, () => pool.analyze(man)))
    working = false
    // Three rounds of a face each take tens of milliseconds; a blocked loop would turn a few times only.
    expect(turns).toBeGreaterThan(100)
  })

  it('gives up on an image at its deadline, and works on', async () => {
    const hasty = await startPool({ timeoutMs: 1 })
    await hasty.ready
    await expect(hasty.analyze(man)).rejects.toMatchObject({
      kind: 'INTERNAL',
      message: 'The image took too long to process.',
    })
    await hasty.close()
    expect((await pool.analyze(man)).faceCount).toBe(1)
  })

  it('drops an image that the caller gave up', async () => {
    const controller = new AbortController()
    const given = pool.analyze(man, controller.signal)
    controller.abort(new Error('the client left'))
    await expect(given).rejects.toThrow('the client left')
  })
})
