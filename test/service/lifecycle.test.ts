import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { cutPerson } from '../../support/sample-people.js'
import { runHere } from '../support/run-here.js'
import { compare, MAIN, runCli, spawnService, startService } from '../support/service.js'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const home = () => ({ HOME: dataDir, XDG_CACHE_HOME: join(dataDir, '.cache') })

async function expectNothingCached(): Promise<void> {
  expect(await readdir(join(dataDir, '.cache')).catch(() => [])).toEqual([])
}

describe('the first start', () => {
  it('makes one app with random keys, shows them once, and they work', async () => {
    const env = { FACECOMPARE_DATA_DIR: dataDir, ...home() }
    const first = await startService(env)
    const [, appid = '', secretId = '', secretKey = ''] =
      /appid +(\S+)\nSecretId +(\S+)\nSecretKey +(\S+)\n/.exec(first.stdout()) ?? []
    expect(first.stdout().trim().split('\n').at(-1)).toMatch(/^facecompare is ready on http:\S+; try: curl /)
    const credential = { appid, secretId, secretKey }
    const man = await cutPerson('man')
    expect((await compare(first.url, { imageA: man, imageB: man }, credential)).code).toBe(0)

    // The command line works while the service runs, and a revoked key is refused at once.
    const revoked = await runHere(['keys', 'revoke', secretId], env)
    expect(revoked).toMatchObject({ code: 0, stdout: `${secretId} is revoked.\n` })
    expect((await compare(first.url, { imageA: man, imageB: man }, credential)).code).toBe(11)
    const made: unknown = JSON.parse((await runHere(['keys', 'create', '--appid', appid, '--json'], env)).stdout)
    expect(made).toMatchObject({ appid, secretId: expect.any(String), secretKey: expect.any(String) })

    // So does a change of the master key: the service takes the new one from the file.
    const rotated = await runHere(['keys', 'rotate-master'], env)
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 SecretKeys are encrypted/) })
    const answer = await compare(first.url, { imageA: man, imageB: man }, made as typeof credential)
    expect(answer.code).toBe(0)
    expect(await first.stop('SIGTERM')).toBe(0)

    const second = await startService(env)
    expect(second.stdout()).not.toContain('SecretKey')
    expect(second.stdout()).not.toContain(secretKey)
    // It prints a curl call whose signature command works.
    expect(second.stdout().trim().split('\n').at(-1)).toContain('/face/compare')
    const signed = await runHere(['sign'], env)
    expect(signed.code).toBe(0)
    expect(Buffer.from(signed.stdout.trim(), 'base64').subarray(20).toString()).toMatch(/^a=\d+&/)
    expect(await second.stop('SIGINT')).toBe(0)
    // Nor have the workers left a device id, a queue of reports or anything else of the inference runtime.
    await expectNothingCached()
  })
})

describe('the end', () => {
  it('comes in good order also while the models are loading', async () => {
    const service = spawnService({ FACECOMPARE_DATA_DIR: dataDir })
    await service.sees('First start')
    service.child.kill('SIGTERM')
    // On a busy machine the models may be there by the time the signal comes: the end is the same.
    expect((await service.ended).code).toBe(0)
    expect((await service.ended).stderr).not.toContain('facecompare:')
  })

  it('does not wait for connections that say nothing', async () => {
    const env = { FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '1' }
    const service = await startService(env)
    const { port } = new URL(service.url)
    expect(await runCli(['serve'], { ...env, FACECOMPARE_PORT: port })).toEqual({
      code: 2,
      stdout: '',
      stderr: `facecompare: Port ${port} is in use; set FACECOMPARE_PORT to another one.\n`,
    })
    const silent = connect(Number(port), '127.0.0.1')
    await once(silent, 'connect')
    expect(await service.stop('SIGTERM')).toBe(0)
    silent.destroy()
  })

  it('is no error when nobody reads the output any more', async () => {
    await (await openEmbeddedStore({ dataDir })).close()
    const child = spawn(process.execPath, [MAIN, 'keys', 'list'], {
      env: { ...process.env, FACECOMPARE_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    const [code] = await once(child, 'close')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

it('a comparison keeps no device id, no queue of reports and nothing else in the cache folder of the user', async () => {
  const file = join(dataDir, 'man.jpg')
  await writeFile(file, await cutPerson('man'))
  expect((await runCli(['compare', file, file], home())).code).toBe(0)
  await expectNothingCached()
})

describe('a start that cannot work', () => {
  it('names every wrong setting in one go', async () => {
    const { code, stderr } = await runCli(['serve'], { FACECOMPARE_PORT: 'eighty', FACECOMPARE_WORKER: '2' })
    expect(code).toBe(2)
    expect(stderr).toContain('FACECOMPARE_PORT')
    expect(stderr).toContain('FACECOMPARE_WORKER')
    expect(stderr).not.toContain('    at ')
  })
})
