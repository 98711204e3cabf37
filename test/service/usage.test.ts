import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computeSignature } from '../../src/auth/signature.js'
import { MASTER_KEY, makeDatabase, type TestDatabase } from '../support/postgres.js'
import { runHere } from '../support/run-here.js'
import { BOOTSTRAP, CREDENTIAL, readAnswer, sign, startService } from '../support/service.js'

const CLIENTS = 3

let database: TestDatabase
let dataDir: string

beforeAll(async () => {
  database = await makeDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'facecompare-usage-'))
})

afterAll(async () => {
  await database.remove()
  await rm(dataDir, { recursive: true, force: true })
})

const [MISSING, REPLAYED] = [-1301, 13]

function signOnce(fileId: string): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...CREDENTIAL, issuedAt, expiresAt: 0, fileId }, CREDENTIAL.secretKey)
}

/** A call without images, which is answered at once, and spends a signature that works once. */
async function call(
  url: string,
  headers: Readonly<Record<string, string>> = { Authorization: sign() },
  query = '',
): Promise<unknown> {
  const response = await fetch(`${url}/face/compare${query}`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ appid: CREDENTIAL.appid }),
  })
  return (await readAnswer(response)).code
}

async function countRecorded(env: Readonly<Record<string, string>>): Promise<number> {
  const { stdout } = await runHere(['usage', '--csv'], env)
  const [, ...lines] = stdout.trim().split('\n')
  return lines.reduce((sum, line) => sum + Number(line.split(',')[3]), 0)
}

describe.each([
  ['the embedded store', () => ({ FACECOMPARE_DATA_DIR: dataDir })],
  ['PostgreSQL', () => ({ FACECOMPARE_DATABASE_URL: database.url, FACECOMPARE_MASTER_KEY: MASTER_KEY })],
])('what is kept in %s', (_, place) => {
  const env = () => ({ ...BOOTSTRAP, FACECOMPARE_WORKERS: '1', ...place() })
  const used = signOnce('used')

  it('is usage but for the last second when the service is killed, and nothing twice', async () => {
    const service = await startService(env())
    expect(await call(service.url, { Authorization: used })).toBe(MISSING)
    const answeredAt: number[] = []
    let sent = 1
    let killed = false
    const client = async () => {
      while (!killed) {
        sent++
        expect(await call(service.url)).toBe(MISSING)
        answeredAt.push(performance.now())
        // As fast as they can they would only keep the processor from others.
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const clients = Array.from({ length: CLIENTS }, () =>
      client().catch((error: unknown) => {
        if (!killed) throw error
      }),
    )
    while (answeredAt.filter((at) => at < performance.now() - 1000).length <= 50)
      await new Promise((resolve) => setTimeout(resolve, 100))
    killed = true
    const killedAt = performance.now()
    await service.stop('SIGKILL')
    await Promise.all(clients)
    const recorded = await countRecorded(env())
    const owed = answeredAt.filter((at) => at < killedAt - 1000).length
    expect(owed).toBeGreaterThan(50)
    expect(recorded).toBeGreaterThanOrEqual(owed)
    expect(recorded).toBeLessThanOrEqual(sent)
  }, 60_000)

  it('is every signature that worked once, also after that, and all usage when the service ends in good order', async () => {
    const before = await countRecorded(env())
    const service = await startService(env())
    expect(await call(service.url, { Authorization: used })).toBe(REPLAYED)
    expect(await call(service.url, { Authorization: `Bearer ${used}` })).toBe(REPLAYED)
    expect(await call(service.url, { Authorization: used.replace(/=+$/, '') })).toBe(REPLAYED)
    expect(await call(service.url, {}, `?sign=${encodeURIComponent(used)}`)).toBe(REPLAYED)
    expect(await call(service.url, { Authorization: signOnce('another') })).toBe(MISSING)
    for (let calls = 1; calls < 20; calls++) await call(service.url)
    expect(await service.stop('SIGTERM')).toBe(0)
    // What is refused is counted, too.
    expect(await countRecorded(env())).toBe(before + 24)
  }, 60_000)
})

describe('the command line', () => {
  const env = () => ({ FACECOMPARE_DATA_DIR: dataDir })

  it('refuses what is no month and no number of calls', async () => {
    for (const args of [
      ['usage', '--month', '2026-13'],
      ['usage', '--month', 'may'],
      ['keys', 'create', '--quota', '-1'],
      ['keys', 'create', '--rate', '1.5'],
      ['keys', 'limits', '10000099', '--rate', '5'],
    ]) {
      expect([args, (await runHere(args, env())).code]).toEqual([args, 2])
    }
  }, 60_000)

  it('shows usage as a table, as CSV and as JSON', async () => {
    const day = new Date().toISOString().slice(0, 10)
    const rows: unknown = JSON.parse((await runHere(['usage', '--json'], env())).stdout)
    expect(rows).toEqual([
      { appid: CREDENTIAL.appid, day, code: MISSING, calls: expect.any(Number) },
      { appid: CREDENTIAL.appid, day, code: REPLAYED, calls: 4 },
    ])
    expect((await runHere(['usage', '--appid', 'nobody', '--csv'], env())).stdout).toBe('appid,day,code,calls\n')
    expect((await runHere(['usage', '--month', '2001-01'], env())).stdout).toBe(
      `There were no calls in 2001-01, says the folder ${dataDir}.\n`,
    )
    expect((await runHere(['usage'], env())).stdout).toContain(CREDENTIAL.appid)
  }, 60_000)

  it('gives an app its limits and shows them', async () => {
    const made: unknown = JSON.parse((await runHere(['keys', 'create', '--quota', '100', '--json'], env())).stdout)
    const appid = typeof made === 'object' && made !== null && 'appid' in made ? String(made.appid) : ''
    const limits = async (...args: string[]) =>
      JSON.parse((await runHere(['keys', 'limits', appid, '--json', ...args], env())).stdout)
    expect(await limits()).toEqual({ appid, rate: null, quota: 100 })
    expect(await limits('--rate', '0')).toEqual({ appid, rate: 0, quota: 100 })
    expect(await limits('--rate', 'default', '--quota', '0')).toEqual({ appid, rate: null, quota: null })
  }, 60_000)
})
