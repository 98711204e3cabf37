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

describe('the first start', () => {
  it('makes one app with random keys, shows them once, and they work', async () => {
    const env = { FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '1' }
    const first = await startService(env)
    const [, appid = '', secretId = '', secretKey = ''] =
      /appid +(\S+)\nSecretId +(\S+)\nSecretKey +(\S+)\n/.exec(first.stdout()) ?? []
    expect(first.stdout().trim().split('\n').at(-1)).toMatch(/^facecompare is ready on http:\S+; try: curl /)
    const credential = { appid, secretId, secretKey }
    const man = await cutPerson('man')
    expect((await compare(first.url, { imageA: man, imageB: man }, credential)).code).toBe(0)

    // The command line works while the service runs, and a revoked key is refused at once.
    const revoked = await runCli(['keys', 'revoke', secretId], env)
    expect(revoked).toMatchObject({ code: 0, stdout: `${secretId} is revoked.\n` })
    expect((await compare(first.url, { imageA: man, imageB: man }, credential)).code).toBe(11)
    const made: unknown = JSON.parse((await runCli(['keys', 'create', '--appid', appid, '--json'], env)).stdout)
    expect(made).toMatchObject({ appid, secretId: expect.any(String), secretKey: expect.any(String) })

    // So does a change of the master key: the service takes the new one from the file.
    const rotated = await runCli(['keys', 'rotate-master'], env)
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
  })
})

describe('the end', () => {
  it('comes in good order also while the models are loading', async () => {
    // Many, so that they load for longer than it takes to open the store.
    const service = spawnService({ FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '8' })
    await service.sees('First start')
    service.child.kill('SIGTERM')
    // On a busy machine the models may be there by the time the signal comes: the end is the same.
    expect((await service.ended).code).toBe(0)
    expect((await service.ended).stderr).not.toContain('facecompare:')
  })

  it('does not wait for connections that say nothing', async () => {
    const service = await startService({ FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '1' })
    const silent = connect(Number(new URL(service.url).port), '127.0.0.1')
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

describe('the inference runtime', () => {
  it('keeps no device id, no queue of reports and nothing else in the cache folder of the user, in one process and in the workers of a service', async () => {
    const man = await cutPerson('man')
    const file = join(dataDir, 'man.jpg')
    await writeFile(file, man)
    const home = { HOME: dataDir, XDG_CACHE_HOME: join(dataDir, '.cache'), FACECOMPARE_DATA_DIR: dataDir }
    expect((await runCli(['compare', file, file], home)).code).toBe(0)
    const service = await startService({ ...home, FACECOMPARE_WORKERS: '1' })
    await service.stop()
    expect(await readdir(join(dataDir, '.cache')).catch(() => [])).toEqual([])
  })
})

describe('a start that cannot work', () => {
  it('names every wrong setting in one go', async () => {
    const { code, stderr } = await runCli(['serve'], { FACECOMPARE_PORT: 'eighty', FACECOMPARE_WORKER: '2' })
    expect(code).toBe(2)
    expect(stderr).toContain('FACECOMPARE_PORT')
    expect(stderr).toContain('FACECOMPARE_WORKER')
    expect(stderr).not.toContain('    at ')
  })

  it('says that the port is in use', async () => {
    const running = await startService({ FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '1' })
    const port = new URL(running.url).port
    const { code, stderr } = await runCli(['serve'], {
      FACECOMPARE_DATA_DIR: dataDir,
      FACECOMPARE_PORT: port,
      FACECOMPARE_WORKERS: '1',
    })
    await running.stop()
    expect(code).toBe(2)
    expect(stderr.trim()).toBe(`facecompare: Port ${port} is in use; set FACECOMPARE_PORT to another one.`)
  })
})
