import { copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computeSignature } from '../../src/auth/signature.js'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { runHere } from '../support/run-here.js'
import { BOOTSTRAP, CREDENTIAL, readAnswer, runCli, startService } from '../support/service.js'

const [REPLAYED, MISSING] = [13, -1301]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function signOnce(fileId: string): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...CREDENTIAL, issuedAt, expiresAt: 0, fileId }, CREDENTIAL.secretKey)
}

/** A call without images: it spends its signature, is counted, and takes no time. */
async function spend(url: string, signature: string): Promise<unknown> {
  const response = await fetch(`${url}/face/compare`, {
    method: 'POST',
    headers: { Authorization: signature, 'Content-Type': 'application/json' },
    body: JSON.stringify({ appid: CREDENTIAL.appid }),
  })
  return (await readAnswer(response)).code
}

describe('a backup of the embedded store', () => {
  it('that is made while the service writes has everything that was answered before, and works with the master key', async () => {
    const dataDir = join(folder, 'data')
    const backup = join(folder, 'backup.db')
    const service = await startService({ ...BOOTSTRAP, FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '1' })
    const spent: string[] = []
    let isOver = false
    const writeOn = async (lane: number) => {
      for (let i = 0; !isOver; i++) {
        const signature = signOnce(`${lane}-${i}`)
        expect(await spend(service.url, signature)).toBe(MISSING)
        spent.push(signature)
        // As fast as they can they would only keep the processor from the backup.
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const lanes = [0, 1, 2, 3].map(writeOn)
    while (spent.length < 50) await new Promise((resolve) => setTimeout(resolve, 10))
    const before = [...spent]
    const made = await runCli(['backup', backup], { FACECOMPARE_DATA_DIR: dataDir })
    const during = spent.length - before.length
    isOver = true
    await Promise.all(lanes)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(during).toBeGreaterThan(0)
    expect((await stat(backup)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['backup.db', 'data'])
    expect(await service.stop()).toBe(0)

    const restored = join(folder, 'restored')
    await mkdir(restored)
    await copyFile(backup, join(restored, 'facecompare.db'))
    await copyFile(join(dataDir, 'master.key'), join(restored, 'master.key'))
    const again = await startService({ FACECOMPARE_DATA_DIR: restored, FACECOMPARE_WORKERS: '1' })
    for (const signature of before.slice(-5)) expect(await spend(again.url, signature)).toBe(REPLAYED)
    expect(await spend(again.url, signOnce('new'))).toBe(MISSING)
    expect(await again.stop()).toBe(0)
  }, 60_000)

  it('is of no use without the master key', async () => {
    const dataDir = join(folder, 'without-key')
    await mkdir(dataDir)
    await copyFile(join(folder, 'backup.db'), join(dataDir, 'facecompare.db'))
    await expect(openEmbeddedStore({ dataDir })).rejects.toThrow('master key')
  })

  it('never replaces a file, and leaves none behind when there is nothing to copy', async () => {
    const taken = join(folder, 'taken.db')
    await writeFile(taken, 'something')
    const data = { FACECOMPARE_DATA_DIR: join(folder, 'data') }
    expect(await runHere(['backup', taken], data)).toMatchObject({ code: 2, stderr: expect.stringContaining('exists') })
    expect((await stat(taken)).size).toBe('something'.length)
    const nowhere = join(folder, 'nowhere', 'backup.db')
    expect(await runHere(['backup', nowhere], data)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot'),
    })
    const empty = { FACECOMPARE_DATA_DIR: join(folder, 'empty') }
    const none = await runHere(['backup', join(folder, 'none.db')], empty)
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no key store in the folder') })
    expect(await readdir(folder)).not.toContain('none.db')
  })

  it('of PostgreSQL is the business of pg_dump', async () => {
    const env = {
      FACECOMPARE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      FACECOMPARE_MASTER_KEY: '0'.repeat(64),
    }
    const { code, stderr } = await runHere(['backup', join(folder, 'none.db')], env)
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('pg_dump') })
  })
})
