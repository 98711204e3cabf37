/** What the soak runs against: the built service with apps of every kind in a folder of its own, and a server of images. */
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedStore } from '../src/store/embedded.js'
import type { Credential, UsageCount } from '../src/store/store.js'
import { startService } from './http-processes.js'
import { BENCH_APP } from './http-requests.js'

export const APPS = {
  /** What nearly all calls are signed by: the app that is made at start. */
  main: BENCH_APP,
  other: { appid: '10000002', secretId: 'AKIDother', secretKey: 'a-key-of-another-app' },
  switchedOff: { appid: '10000003', secretId: 'AKIDoff', secretKey: 'a-key-of-an-app-that-is-off' },
  /** One call a second. */
  slow: { appid: '10000004', secretId: 'AKIDslow', secretKey: 'a-key-of-a-slow-app' },
  /** One call a month. */
  poor: { appid: '10000005', secretId: 'AKIDpoor', secretKey: 'a-key-of-a-poor-app' },
  /** Of the main app, revoked. */
  revoked: { appid: BENCH_APP.appid, secretId: 'AKIDrevoked', secretKey: 'a-key-that-was-revoked' },
} as const satisfies Record<string, Credential>

/** Small, so that it takes little to reach the limits. */
export const LIMITS = {
  maxImageBytes: 3 * 2 ** 20,
  maxPixels: 4_000_000,
  urlTimeoutMs: 1500,
  maxGroups: 500,
  maxPersonsPerGroup: 2,
  maxFacesPerPerson: 3,
} as const

const SETTINGS = {
  FACECOMPARE_HOST: '127.0.0.1',
  FACECOMPARE_URL_ALLOW: '127.0.0.1',
  FACECOMPARE_LOG_LEVEL: 'warn',
  FACECOMPARE_MAX_IMAGE_BYTES: String(LIMITS.maxImageBytes),
  FACECOMPARE_MAX_PIXELS: String(LIMITS.maxPixels),
  FACECOMPARE_URL_TIMEOUT_MS: String(LIMITS.urlTimeoutMs),
  FACECOMPARE_GALLERY: '1',
  FACECOMPARE_MAX_GROUPS: String(LIMITS.maxGroups),
  FACECOMPARE_MAX_PERSONS_PER_GROUP: String(LIMITS.maxPersonsPerGroup),
  FACECOMPARE_MAX_FACES_PER_PERSON: String(LIMITS.maxFacesPerPerson),
  FACECOMPARE_MAX_UPLOAD_BYTES_IN_FLIGHT: '32MiB',
}

export interface Site {
  readonly port: number
  readonly pid: number
  readonly readMetrics: () => Promise<string>
  /** Ends the service and tells what it left: its exit code, the errors it logged and the usage it recorded. */
  readonly stop: () => Promise<Ending>
  /** Ends what runs, whatever its state, and removes the folder. More than once does no harm. */
  readonly remove: () => Promise<void>
}

export interface Ending {
  readonly exitCode: number | null
  readonly loggedErrors: readonly string[]
  readonly usage: readonly UsageCount[]
}

export async function openSite(): Promise<Site> {
  const dataDir = await mkdtemp(join(tmpdir(), 'facecompare-soak-'))
  const removeFolder = () => rm(dataDir, { recursive: true, force: true })
  try {
    await makeApps(dataDir)
    const opsPort = await findFreePort()
    const { port, child, stop } = await startService(dataDir, { ...SETTINGS, FACECOMPARE_OPS_PORT: String(opsPort) })
    const end = async () => {
      if (child.exitCode === null && child.signalCode === null) await stop()
    }
    return {
      port,
      pid: child.pid ?? 0,
      readMetrics: async () => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text(),
      async stop() {
        await end()
        return { exitCode: child.exitCode, loggedErrors: await readErrors(dataDir), usage: await readUsage(dataDir) }
      },
      async remove() {
        await end()
        await removeFolder()
      },
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

async function makeApps(dataDir: string): Promise<void> {
  const store = await openEmbeddedStore({ dataDir })
  for (const credential of Object.values(APPS)) await store.putKey(credential)
  await store.setAppEnabled(APPS.switchedOff.appid, false)
  await store.revokeKey(APPS.revoked.secretId)
  await store.setLimits(APPS.slow.appid, { callsPerSecond: 1 })
  await store.setLimits(APPS.poor.appid, { monthlyQuota: 1 })
  await store.close()
}

async function readUsage(dataDir: string): Promise<readonly UsageCount[]> {
  const store = await openEmbeddedStore({ dataDir })
  try {
    return await store.listUsage({ month: new Date().toISOString().slice(0, 7) })
  } finally {
    await store.close()
  }
}

const LEVEL_ERROR = 50

/** Messages of the log at level error and above, and whatever else stands there that is no log line. */
async function readErrors(dataDir: string): Promise<readonly string[]> {
  const lines = (await readFile(join(dataDir, 'service.log'), 'utf8')).split('\n').filter((line) => line !== '')
  return lines.filter((line) => Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? LEVEL_ERROR) >= LEVEL_ERROR)
}

async function findFreePort(): Promise<number> {
  const { port, close } = await listen(createTcpServer())
  await close()
  return port
}

export interface ImageServer {
  readonly url: string
  /** Where nobody listens. */
  readonly closedUrl: string
  readonly close: () => Promise<void>
}

/** Serves pictures by their names, and what no picture is. */
export async function openImageServer(pictures: Readonly<Record<string, Uint8Array>>): Promise<ImageServer> {
  const pages: Readonly<Record<string, RequestListener>> = {
    '/empty': (_request, response) => response.end(),
    '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
    '/silent': () => {},
    '/endless': (_request, response) => {
      const block = Buffer.alloc(64 * 1024)
      const more = () => {
        while (!response.destroyed && response.write(block));
      }
      response.on('drain', more)
      more()
    },
    '/broken': (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('half')
      setTimeout(() => response.destroy(), 10)
    },
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const picture = pictures[path.slice(1)]
    const page = pages[path]
    if (picture) response.end(picture)
    else if (page) page(request, response)
    else response.writeHead(404).end('not here')
  })
  const { port, close } = await listen(server)
  const closedPort = await findFreePort()
  return {
    url: `http://127.0.0.1:${port}`,
    closedUrl: `http://127.0.0.1:${closedPort}`,
    close: async () => {
      server.closeAllConnections()
      await close()
    },
  }
}

async function listen(server: ReturnType<typeof createTcpServer>) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port is free.')
  return { port: address.port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}
