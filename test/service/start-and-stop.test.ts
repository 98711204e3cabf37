import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type Server } from 'node:http'
import { get } from 'node:https'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { BOOTSTRAP, compare, runCli, spawnService, startService } from '../support/service.js'

let folder: string
const closers: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await rm(folder, { recursive: true, force: true })
})

const settings = (more: Readonly<Record<string, string>> = {}) => ({
  ...BOOTSTRAP,
  FACECOMPARE_PORT: '0',
  FACECOMPARE_WORKERS: '1',
  FACECOMPARE_DATA_DIR: join(folder, 'data'),
  FACECOMPARE_LOG_LEVEL: 'warn',
  ...more,
})

async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Free a moment ago. */
async function findFreePort(): Promise<number> {
  const port = await takePort()
  await new Promise((resolve) => setImmediate(resolve))
  await closers.pop()?.()
  return port
}

describe('a start that cannot work says so in one sentence, before any model is loaded', () => {
  async function expectRefusal(env: Readonly<Record<string, string>>, sentence: string): Promise<void> {
    const { code, stdout, stderr } = await runCli(['serve'], settings(env))
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `facecompare: ${sentence}\n` })
  }

  it('a port in use', async () => {
    const port = String(await takePort())
    await expectRefusal({ FACECOMPARE_PORT: port }, `Port ${port} is in use; set FACECOMPARE_PORT to another one.`)
    await expectRefusal(
      { FACECOMPARE_OPS_PORT: port },
      `Port ${port} is in use; set FACECOMPARE_OPS_PORT to another one.`,
    )
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  it('an address of another machine', async () => {
    await expectRefusal(
      { FACECOMPARE_HOST: '192.0.2.1', FACECOMPARE_PORT: String(await findFreePort()) },
      'FACECOMPARE_HOST is no address of this machine.',
    )
  })

  it('a data folder inside a file', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const sentence = 'The data folder (FACECOMPARE_DATA_DIR) cannot be made: there is no place for a folder.'
    await expectRefusal({ FACECOMPARE_DATA_DIR: file }, sentence)
    await expectRefusal({ FACECOMPARE_DATA_DIR: join(file, 'sub', 'folder') }, sentence)
  })

  it.runIf(existsSync('/proc/self'))('a data folder below /proc', async () => {
    await expectRefusal(
      { FACECOMPARE_DATA_DIR: '/proc/facecompare/data' },
      'The data folder (FACECOMPARE_DATA_DIR) cannot be made: there is no place for a folder.',
    )
  })

  it('a database that another program has locked', async () => {
    expect((await runCli(['keys', 'create'], settings())).code).toBe(0)
    const database = new Database(join(folder, 'data', 'facecompare.db'))
    closers.push(() => database.close())
    database.exec('pragma locking_mode = exclusive; begin exclusive')
    await expectRefusal({}, 'The database in the data folder is locked by another process.')
  })

  it('TLS files that cannot be used', async () => {
    const env = { FACECOMPARE_TLS_CERT: join(folder, 'no.crt'), FACECOMPARE_TLS_KEY: join(folder, 'no.key') }
    await expectRefusal(env, 'The file of FACECOMPARE_TLS_CERT cannot be read.')
  })

  it.each([
    ['FACECOMPARE_PORT', 'tcp://10.0.0.1:8080', 'enableServiceLinks'],
    ['FACECOMPARE_OPS_PORT', 'yes', 'a whole number'],
    ['FACECOMPARE_DRAIN_TIMEOUT_MS', '0', 'a whole number'],
    ['FACECOMPARE_TLS_CERT', '/somewhere/tls.crt', 'FACECOMPARE_TLS_KEY'],
    ['FACECOMPARE_TRUST_PROXY', 'proxy.internal', 'addresses or networks'],
  ])('%s=%s', async (name, value, hint) => {
    const { code, stderr } = await runCli(['serve'], settings({ [name]: value }))
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`^facecompare: ${name} [^\\n]+\\.\\n$`))
    expect(stderr).toContain(hint)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a service with a certificate', () => {
  it('speaks https', async () => {
    const fixture = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url))
    const tls = { FACECOMPARE_TLS_CERT: fixture('one.crt'), FACECOMPARE_TLS_KEY: fixture('one.key') }
    const service = await startService(settings(tls))
    expect(service.url).toMatch(/^https:/)
    const status = await new Promise((resolve, reject) => {
      get(`${service.url}/readyz`, { ca: readFileSync(fixture('one.crt')), servername: 'one.test' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).on('error', reject)
    })
    expect(status).toBe(200)
    expect(await service.stop()).toBe(0)
  })
})

describe('a signal', () => {
  it('ends the service in good order as soon as the program has begun', async () => {
    // Tells the moment from which a signal is listened for: before it Node itself ends the process.
    const hook = "process.on('newListener', (name) => name === 'SIGTERM' && process.stdout.write('armed'))"
    const env = settings({ NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(hook)}"` })
    const service = spawnService(env)
    await service.sees('armed')
    service.child.kill('SIGTERM')
    expect(await service.ended).toEqual({ code: 0, stdout: 'armed', stderr: '' })
  })

  it.each([200, 500, 1000])('ends it in good order %i ms later', async (ms) => {
    const hook = "process.on('newListener', (name) => name === 'SIGTERM' && process.stdout.write('armed'))"
    const env = settings({ NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(hook)}"` })
    const service = spawnService(env)
    await service.sees('armed')
    await new Promise((resolve) => setTimeout(resolve, ms))
    service.child.kill('SIGTERM')
    const { code, stderr } = await service.ended
    expect({ code, problems: stderr.includes('facecompare:') }).toEqual({ code: 0, problems: false })
  })
})

describe('the end of a service with a call under way', () => {
  let pictures: Server
  let answerPicture: (() => void) | undefined
  let man: Uint8Array

  async function startWithSlowCall(env: Readonly<Record<string, string>> = {}) {
    man = await cutPerson('man')
    let asked: () => void = () => {}
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    pictures = createHttpServer((_request, response) => {
      answerPicture = () => response.end(man)
      asked()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => pictures.once('listening', resolve))
    closers.push(() => {
      pictures.closeAllConnections()
      pictures.close()
    })
    const opsPort = await findFreePort()
    const service = await startService({
      ...settings(env),
      FACECOMPARE_URL_ALLOW: '127.0.0.1',
      FACECOMPARE_URL_TIMEOUT_MS: '60000',
      FACECOMPARE_OPS_PORT: String(opsPort),
    })
    const url = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/man.jpg`
    const call = compare(service.url, { imageA: man, urlB: url }).catch((error: unknown) => error)
    await isAsked
    return { service, call, ops: `http://127.0.0.1:${opsPort}` }
  }

  it('finishes it, is not ready meanwhile, takes no more connections, and ends with 0', async () => {
    const { service, call, ops } = await startWithSlowCall()
    expect((await fetch(`${ops}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${ops}/metrics`)).text()).toContain('facecompare_draining 0\n')
    const ended = service.stop('SIGTERM')
    while ((await fetch(`${ops}/readyz`)).status !== 503) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await fetch(`${ops}/healthz`)).status).toBe(200)
    expect(await (await fetch(`${ops}/metrics`)).text()).toContain('facecompare_draining 1\n')
    const refusal = await new Promise((resolve) => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
      socket.once('connect', () => resolve('connected')).once('error', (error) => resolve(error.message))
    })
    expect(refusal).toContain('ECONNREFUSED')
    answerPicture?.()
    expect(await call).toMatchObject({ code: 0, data: { similarity: 100 } })
    expect(await ended).toBe(0)
  })

  it('gives it up at the deadline, and ends with 0', async () => {
    const { service, call } = await startWithSlowCall({ FACECOMPARE_DRAIN_TIMEOUT_MS: '200' })
    expect(await service.stop('SIGTERM')).toBe(0)
    expect(await call).toBeInstanceOf(Error)
  })

  it('is immediate after a second signal, but not when that is the first once more, as of a Ctrl-C under npm', async () => {
    const { service, call, ops } = await startWithSlowCall()
    const first = service.stop('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.kill(service.pid, 'SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 550))
    expect((await fetch(`${ops}/healthz`)).status).toBe(200)
    expect(await service.stop('SIGINT')).toBe('SIGKILL')
    expect(await first).toBe('SIGKILL')
    expect(await call).toBeInstanceOf(Error)
  })
})
