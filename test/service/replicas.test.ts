import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computeSignature } from '../../src/auth/signature.js'
import { cutPerson } from '../../support/sample-people.js'
import { MASTER_KEY, makeDatabase, type TestDatabase } from '../support/postgres.js'
import { runHere } from '../support/run-here.js'
import { BOOTSTRAP, CREDENTIAL, type RunningService, readAnswer, startService } from '../support/service.js'

/** Calls that are under way at any time. */
const CLIENTS = 4
const CALLS_BEFORE = 12
const CALLS_AFTER = 24

interface Outcome {
  readonly replica: number
  /** `performance.now()` of the answer. */
  readonly atMs: number
  /** The signature, when it works once. */
  readonly once?: string
  /** Absent when the connection was lost. */
  readonly code?: unknown
}

let database: TestDatabase
let replicas: readonly RunningService[]
let man: Uint8Array
const settings = () => ({
  ...BOOTSTRAP,
  FACECOMPARE_DATABASE_URL: database.url,
  FACECOMPARE_MASTER_KEY: MASTER_KEY,
  FACECOMPARE_WORKERS: '1',
})

beforeAll(async () => {
  database = await makeDatabase()
  man = await cutPerson('man')
  // At the same time, on an empty database.
  replicas = await Promise.all([0, 1, 2].map(() => startService(settings())))
}, 120_000)

afterAll(async () => {
  await Promise.all((replicas ?? []).map((replica) => replica.stop('SIGKILL')))
  await database.remove()
})

function signOnce(fileId: string): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...CREDENTIAL, issuedAt, expiresAt: 0, fileId }, CREDENTIAL.secretKey)
}

function signMany(): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...CREDENTIAL, issuedAt, expiresAt: issuedAt + 300 }, CREDENTIAL.secretKey)
}

async function post(replica: number, authorization: string): Promise<unknown> {
  const body = new FormData()
  body.set('appid', CREDENTIAL.appid)
  for (const name of ['imageA', 'imageB']) body.set(name, new Blob([new Uint8Array(man)]), `${name}.jpg`)
  const headers = { Authorization: authorization }
  const response = await fetch(`${replicas[replica]?.url}/face/compare`, { method: 'POST', headers, body })
  return (await readAnswer(response)).code
}

describe('three replicas with one database, one of which is killed under load', () => {
  const outcomes: Outcome[] = []
  const gone = new Set<number>()
  let killedAtMs = 0

  /** Calls the replicas in turn, and leaves out one that has lost a call, as a balancer does. */
  async function callInTurn(until: () => boolean): Promise<void> {
    for (let turn = outcomes.length; !until(); turn++) {
      const there = [0, 1, 2].filter((replica) => !gone.has(replica))
      const replica = there[turn % there.length] ?? 0
      const once = turn % 2 === 0 ? signOnce(`${turn} ${Math.random()}`) : undefined
      try {
        const code = await post(replica, once ?? signMany())
        outcomes.push({ replica, atMs: performance.now(), code, ...(once === undefined ? {} : { once }) })
      } catch {
        gone.add(replica)
        outcomes.push({ replica, atMs: performance.now(), ...(once === undefined ? {} : { once }) })
      }
    }
  }

  const answered = () => outcomes.filter(({ code }) => code !== undefined)

  it('fails no call but those that the killed one had', async () => {
    const clients = Array.from({ length: CLIENTS }, () =>
      callInTurn(() => answered().length >= CALLS_BEFORE + CALLS_AFTER),
    )
    while (answered().length < CALLS_BEFORE) await new Promise((resolve) => setTimeout(resolve, 10))
    killedAtMs = performance.now()
    expect(await replicas[0]?.stop('SIGKILL')).toBe('SIGKILL')
    await Promise.all(clients)
    expect(new Set(answered().map(({ code }) => code))).toEqual(new Set([0]))
    const lost = outcomes.filter(({ code }) => code === undefined)
    expect(lost.filter(({ replica }) => replica !== 0)).toEqual([])
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThanOrEqual(CLIENTS)
    for (const replica of [0, 1, 2]) expect(answered().some((outcome) => outcome.replica === replica)).toBe(true)
  }, 120_000)

  it('has counted every answer, but for the last second of the killed one', async () => {
    // Those that answered on have written by then.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const [row, ...others]: readonly { readonly calls: number; readonly code: number }[] = JSON.parse(
      (await runHere(['usage', '--json'], settings())).stdout,
    )
    expect(others).toEqual([])
    expect(row?.code).toBe(0)
    const owed = answered().filter(({ replica, atMs }) => replica !== 0 || atMs < killedAtMs - 1000).length
    expect(row?.calls).toBeGreaterThanOrEqual(owed)
    expect(row?.calls).toBeLessThanOrEqual(outcomes.length)
  }, 60_000)

  it('loses nothing that was recorded', async () => {
    const used = answered().flatMap(({ once }) => once ?? [])
    expect(used.length).toBeGreaterThan(5)
    for (const once of used) {
      for (const replica of [1, 2]) expect(await post(replica, once)).toBe(13)
    }
    const listed: unknown = JSON.parse((await runHere(['keys', 'list', '--json'], settings())).stdout)
    expect(listed).toEqual([expect.objectContaining({ secretId: CREDENTIAL.secretId })])
  }, 60_000)

  it('makes a revoked key known to the others within 5 s', async () => {
    expect((await runHere(['keys', 'revoke', CREDENTIAL.secretId], settings())).code).toBe(0)
    const refusals = async () => Promise.all([post(1, signMany()), post(2, signMany())])
    await expect.poll(refusals, { timeout: 5000, interval: 200 }).toEqual([11, 11])
  }, 30_000)

  it('ends the others in good order', async () => {
    const [, second, third] = replicas
    expect(await Promise.all([second?.stop(), third?.stop()])).toEqual([0, 0])
  }, 30_000)
})
