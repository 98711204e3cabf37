import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type EnginePool, type PoolOptions, startEnginePool } from '../../src/worker/pool.js'
import { goodManifest, writePack } from '../support/model-packs.js'

const workerFile = new URL('./strange-worker.mjs', import.meta.url)
const OWNER = fileURLToPath(new URL('./pool-owner.mjs', import.meta.url))
const MEBIBYTE = 2 ** 20

/** Of a pack that nobody loads. */
let modelPack: string
let pool: EnginePool
let lost: string[]

beforeAll(async () => {
  modelPack = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  await writePack(modelPack, goodManifest())
})
afterEach(() => pool?.close())
afterAll(() => rm(modelPack, { recursive: true, force: true }))

async function start(options: Partial<PoolOptions> = {}): Promise<void> {
  lost = []
  pool = await startEnginePool({
    modelPack,
    calibration: 'optional',
    maxPixels: 1000,
    workers: 1,
    queueSize: 300,
    timeoutMs: 20_000,
    workerFile,
    onWorkerLost: ({ message }) => lost.push(message),
    ...options,
  })
  await pool.ready
}

/** What the strange worker says of itself after it did what the word asks for. */
async function ask(word: string): Promise<{ word: string; pid: number; env: Record<string, string> }> {
  return JSON.parse((await pool.analyze(Buffer.from(word))).packId)
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Dead, and nobody has asked how it ended.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}

describe('what a call can do to its worker costs that call alone:', () => {
  it.each([
    ['a crash', 'crash', 'it was ended by SIGSEGV'],
    ['an end', 'exit', 'it ended with 3'],
    ['a mistake', 'throw', 'it ended with 1'],
    ['a heap without bounds', 'heap', 'it was ended by SIGABRT'],
    ['memory without bounds', 'memory', 'MiB of memory'],
    ['more than a reply', 'flood', 'it sent more than a reply'],
    ['something else than a reply', 'babble', 'it sent something else than a reply'],
  ])('%s', async (_name, word, reason) => {
    await start({ maxGrowthBytes: 300 * MEBIBYTE })
    const { pid } = await ask('first')
    const [bad, next] = await Promise.allSettled([ask(word), ask('next')])
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: { kind: 'INTERNAL', message: 'The image could not be processed.' },
    })
    expect(next).toMatchObject({ status: 'fulfilled', value: { word: 'next' } })
    expect((await ask('again')).pid).not.toBe(pid)
    expect(isGone(pid)).toBe(true)
    expect(lost).toEqual([expect.stringMatching(new RegExp(`^A worker process \\(${pid}\\) was lost: .*${reason}`))])
  })

  it('an image that never ends, at its deadline', async () => {
    await start({ timeoutMs: 500 })
    const { pid } = await ask('first')
    await expect(ask('hang')).rejects.toMatchObject({
      kind: 'INTERNAL',
      message: 'The image took too long to process.',
    })
    await vi.waitFor(() => expect(lost).toEqual([expect.stringContaining('its image took too long')]))
    expect(isGone(pid)).toBe(true)
    await vi.waitFor(async () => expect(await ask('next')).toMatchObject({ word: 'next' }), 5000)
  })

  it('also when its caller has left', async () => {
    await start({ timeoutMs: 500 })
    const controller = new AbortController()
    let costs = 0
    const given = pool.analyze(Buffer.from('hang'), controller.signal, () => costs++)
    await sleep(50)
    controller.abort(new Error('the client left'))
    await expect(given).rejects.toThrow('the client left')
    await vi.waitFor(() => expect([lost.length, costs]).toEqual([1, 1]), 5000)
  })

  it('a kill from outside, in the middle of a call', async () => {
    await start()
    const call = ask('hang')
    await sleep(50)
    for (const pid of pool.pids()) process.kill(pid, 'SIGKILL')
    await expect(call).rejects.toMatchObject({ kind: 'INTERNAL' })
    expect(await ask('next')).toMatchObject({ word: 'next' })
    expect(lost).toEqual([expect.stringContaining('it was ended by SIGKILL')])
  })

  it('nothing, when it is killed between calls', async () => {
    await start()
    for (const pauseMs of [0, 1, 5, 20, 500]) {
      const { pid } = await ask('before')
      process.kill(pid, 'SIGKILL')
      await sleep(pauseMs)
      expect(await ask('next')).toMatchObject({ word: 'next' })
    }
    expect(lost).toHaveLength(5)
  })

  it('an overload ends no worker: those that wait in vain are told so', async () => {
    await start({ timeoutMs: 300 })
    let costs = 0
    const nap = () => pool.analyze(Buffer.from('nap'), undefined, () => costs++)
    const calls = await Promise.allSettled(Array.from({ length: 60 }, nap))
    expect(calls.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10)
    expect([lost, costs]).toEqual([[], 0])
  })
})

it('two hundred calls at once, while workers are killed at random, are answered once each', async () => {
  await start({ workers: 3 })
  let state = 7
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const answers = Array.from({ length: 200 }, () => 0)
  let untilKill = 5
  const note = (call: number) => {
    answers[call] = (answers[call] ?? 0) + 1
    if (--untilKill > 0) return
    untilKill = 5 + random(30)
    const pids = pool.pids()
    const pid = pids[random(pids.length)]
    if (pid !== undefined) setTimeout(() => isGone(pid) || process.kill(pid, 'SIGKILL'), random(10))
  }
  const outcomes = await Promise.allSettled(
    answers.map((_, call) =>
      pool.analyze(Buffer.concat([Buffer.from('nap'), Buffer.alloc(call)])).finally(() => note(call)),
    ),
  )
  expect(answers).toEqual(answers.map(() => 1))
  for (const [call, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') expect(outcome.value.embedding[0]).toBe(3 + call)
    else expect(outcome.reason).toMatchObject({ kind: 'INTERNAL' })
  }
  const failed = outcomes.filter(({ status }) => status === 'rejected').length
  expect(lost.length).toBeGreaterThan(3)
  expect(failed).toBeGreaterThan(0)
  expect(failed).toBeLessThanOrEqual(lost.length)
  expect(await ask('next')).toMatchObject({ word: 'next' })
})

it('workers that die whenever they start are started ever more slowly, and work again when they can', async () => {
  await start({ workers: 2 })
  await writeFile(join(modelPack, 'broken'), '')
  for (const pid of pool.pids()) process.kill(pid, 'SIGKILL')
  await sleep(1500)
  const starts = lost.length
  await rm(join(modelPack, 'broken'))
  // Each at once, then after 100, 200, 400 and 800 ms.
  expect(starts).toBeGreaterThanOrEqual(4)
  expect(starts).toBeLessThanOrEqual(12)
  expect(await ask('next')).toMatchObject({ word: 'next' })
})

it('a worker that dies at its first start ends the start of the pool with one sentence', async () => {
  await writeFile(join(modelPack, 'broken'), '')
  try {
    await expect(start({ workers: 2 })).rejects.toMatchObject({
      kind: 'INTERNAL',
      message: 'A worker process ended while it loaded its networks.',
    })
    await expect(ask('next')).rejects.toThrow('ended while it loaded')
    await vi.waitFor(() => expect(pool.pids()).toEqual([]))
    expect(lost).toEqual([])
  } finally {
    await rm(join(modelPack, 'broken'))
  }
})

it('workers tell how much memory they have', async () => {
  await start({ workers: 2 })
  const { rss } = process.memoryUsage()
  const memory = pool.residentBytes()
  expect(memory).toHaveLength(2)
  // A Node process: between a few MiB and some times what this one, with all of the tests, has.
  for (const bytes of memory) expect(bytes).toBeGreaterThan(2 ** 22)
  for (const bytes of memory) expect(bytes).toBeLessThan(10 * rss)
})

it('workers ignore the signals of their group', async () => {
  await start({ workers: 2 })
  const pids = pool.pids()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) for (const pid of pids) process.kill(pid, signal)
  expect(await Promise.all([ask('nap'), ask('nap')])).toHaveLength(2)
  expect([pool.pids(), lost]).toEqual([pids, []])
})

it('workers get no secrets in their environment', async () => {
  const secrets = {
    FACECOMPARE_MASTER_KEY: 's1',
    FACECOMPARE_DATABASE_URL: 's2',
    FACECOMPARE_TLS_KEY: 's3',
    PGPASSWORD: 's4',
  }
  for (const [name, value] of Object.entries(secrets)) vi.stubEnv(name, value)
  vi.stubEnv('MALLOC_ARENA_MAX', '3')
  await start()
  vi.unstubAllEnvs()
  const { env } = await ask('env')
  expect(Object.keys(env).filter((name) => name in secrets || /NODE_OPTIONS|^FACECOMPARE/.test(name))).toEqual([])
  expect(env).toMatchObject({ PATH: process.env.PATH, MALLOC_ARENA_MAX: '3' })
})

it('images of any size come whole', async () => {
  await start()
  for (const length of [0, 1, 65_531, 65_536, 5_000_000]) {
    const { embedding } = await pool.analyze(Buffer.alloc(length, 9))
    expect([...embedding]).toEqual([length, length > 0 ? 9 : 0])
  }
})

it('closing waits for what is under way, and leaves no process', async () => {
  await start({ workers: 2 })
  const pids = pool.pids()
  const calls = Array.from({ length: 6 }, () => ask('nap'))
  await pool.close()
  expect(await Promise.all(calls)).toHaveLength(6)
  expect(pids.map(isGone)).toEqual([true, true])
  expect(lost).toEqual([])
})

describe('no worker outlives its program', () => {
  async function startOwner(deed: string) {
    const owner = spawn(process.execPath, [OWNER, modelPack, deed], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(owner.stdout, 'data')
    const pids: readonly number[] = JSON.parse(String(line))
    return { owner, pids }
  }

  it('that is killed, also while it never ends an image', async () => {
    const { owner, pids } = await startOwner('hang')
    await sleep(100)
    expect(pids.map(isGone)).toEqual([false, false])
    owner.kill('SIGKILL')
    await vi.waitFor(() => expect(pids.map(isGone)).toEqual([true, true]), 5000)
  })

  it('that ends by itself: idle workers do not hold it', async () => {
    const { owner, pids } = await startOwner('nothing')
    expect(await once(owner, 'exit')).toEqual([0, null])
    await vi.waitFor(() => expect(pids.map(isGone)).toEqual([true, true]), 5000)
  })
})
