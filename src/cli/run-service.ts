import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { ENGINE_TIMEOUT_MS, queueSizeFor } from '../defaults.js'
import { openTlsFiles, type TlsFiles } from '../http/tls-files.js'
import { UploadBudget } from '../http/upload-budget.js'
import { createMetrics } from '../ops/metrics.js'
import type { Credential, Store } from '../store/store.js'
import { UsageMeter } from '../store/usage-meter.js'
import { type EnginePool, startEnginePool } from '../worker/pool.js'
import { exampleCall } from './example-call.js'
import { openStore } from './open-store.js'
import { linkToPage } from './page.js'
import { requirePort } from './ports.js'
import { createServiceLog } from './service-log.js'
import { composeServiceStore, type ServiceStore } from './service-store.js'
import { endByForce, unlessAborted, untilAborted } from './stop-signals.js'
import type { Workshop } from './workshop.js'

/** What is closed besides connections, after their deadline: the engine's last images, the store. */
const CLOSING_MS = 4000

/**
 * Runs the service until `stop` aborts and what is under way is finished; then the process ends. Rejects with one sentence
 * when the start fails, after everything that had been started is closed.
 */
export async function runService(config: Config, stop: AbortSignal): Promise<void> {
  // Logs go to standard error; standard output has what a person reads at the first start.
  const logger = createServiceLog(config.logLevel)
  const closers: (() => Promise<unknown>)[] = []
  const open: Workshop['open'] = async (make, close) => {
    stop.throwIfAborted()
    const part = await make()
    closers.push(() => close(part))
    return part
  }
  try {
    await startService({ config, logger, metrics: createMetrics(), stop, open })
    await untilAborted(stop)
  } catch (error) {
    if (!stop.aborted) {
      await closeAll(closers)
      throw error
    }
  }
  logger.info({ reason: String(stop.reason) }, 'the service ends; what is under way is finished')
  endUnlessClosed(config.drainTimeoutMs + CLOSING_MS, logger)
  process.exit((await closeAll(closers)) ? 0 : 1)
}

/** Makes the parts, in the order in which a mistake of the operator is told soonest; what takes long comes last. */
async function startService(workshop: Workshop): Promise<void> {
  const { config, stop, open } = workshop
  stop.throwIfAborted()
  await requirePort({ ...config, hostSetting: 'FACECOMPARE_HOST', portSetting: 'FACECOMPARE_PORT' })
  let isLoaded = false
  let store: Store | undefined
  let serviceStore: ServiceStore | undefined
  let pool: EnginePool | undefined
  const isReady = async (): Promise<boolean> => {
    if (!isLoaded || stop.aborted || !pool?.readyWorkers()) return false
    await serviceStore?.requireStore()
    return true
  }
  await openOpsServer(workshop, isReady)
  const tls = await openTls(workshop)
  const openTheStore = () =>
    open(
      () => openStore(config),
      (opened) => opened.close(),
    )
  // A pack of one's own that cannot be used must leave nothing half-made: then the store waits, unless it was made before.
  const packFirst = config.modelPack !== undefined && !existsSync(config.dataDir)
  if (!packFirst) store = await openTheStore()
  const uploadBudget = new UploadBudget(config.maxUploadBytesInFlight)
  pool = await openPool(workshop, uploadBudget)
  if (config.modelPack !== undefined) await unlessAborted(stop, pool.ready)
  store ??= await openTheStore()
  serviceStore = composeServiceStore(store, config)
  const newKey = await prepareKeys(store, config)
  const meter = await openMeter(workshop, store)
  // Loaded while the workers load their networks, and not for a mistake of the operator.
  const { openApp } = await import('./open-app.js')
  const app = await openApp(workshop, { pool, store, serviceStore, meter, tls, uploadBudget, isReady })
  stop.throwIfAborted()
  const heard = await app.listen({ host: config.host, port: config.port, listenTextResolver: () => 'listening' })
  const url = tls ? heard.replace(/^http:/, 'https:') : heard
  await unlessAborted(stop, pool.ready)
  isLoaded = true
  if (newKey) process.stdout.write(`To try it in a browser with this key: ${linkToPage(url, newKey)}\n`)
  process.stdout.write(`facecompare is ready on ${url}; try: ${exampleCall(url, await newestAppid(store))}\n`)
}

/** Opened first and so closed last: start and drain are watched, too. */
async function openOpsServer({ config, metrics, open }: Workshop, isReady: () => Promise<boolean>): Promise<void> {
  const { opsHost: host, opsPort: port } = config
  if (port === 0) return
  await requirePort({ host, port, hostSetting: 'FACECOMPARE_OPS_HOST', portSetting: 'FACECOMPARE_OPS_PORT' })
  const { startOpsServer } = await import('../ops/ops-server.js')
  await open(
    () => startOpsServer({ host, port, isReady, metrics }),
    (server) => server.close(),
  )
}

async function openPool(
  { config, logger, metrics, stop, open }: Workshop,
  uploadBudget: UploadBudget,
): Promise<EnginePool> {
  const queueSize = queueSizeFor(config.workers)
  const start = () =>
    startEnginePool({
      maxPixels: config.maxPixels,
      modelPack: config.modelPack,
      workers: config.workers,
      queueSize,
      timeoutMs: ENGINE_TIMEOUT_MS,
      onWarning: (sentence) => logger.warn(sentence),
      onWorkerLost: (reason) => {
        metrics.countWorkerLoss()
        logger.error({ err: reason }, 'a worker process was lost and is replaced')
      },
    })
  const pool = await open(start, (opened) => opened.close())
  metrics.watch({
    waitingImages: pool.queueLength,
    queueSize,
    workers: pool.readyWorkers,
    workerMemory: () => pool.residentBytes(),
    uploadBytes: () => uploadBudget.bytes,
    isDraining: () => stop.aborted,
  })
  return pool
}

async function openTls({ config, logger, open }: Workshop): Promise<TlsFiles | undefined> {
  const { tlsCert: certFile, tlsKey: keyFile } = config
  if (certFile === undefined || keyFile === undefined) return undefined
  const onReload = () => logger.info('a new certificate is in use')
  const read = () => openTlsFiles({ certFile, keyFile, onWarning: (sentence) => logger.warn(sentence), onReload })
  return open(read, async (files) => files.close())
}

/** Closed before the store: it writes the last counts. */
async function openMeter({ logger, open }: Workshop, store: Store): Promise<UsageMeter> {
  const onTrouble = (error: unknown) =>
    logger.error({ err: error }, 'usage cannot be written now; it is kept and tried again')
  return open(
    () => new UsageMeter({ store, onTrouble }),
    (meter) => meter.close().catch((error) => logger.error({ err: error }, 'the last usage could not be written')),
  )
}

/** In the opposite order of their opening; false when one failed, which does not keep the others from being closed. */
async function closeAll(closers: readonly (() => Promise<unknown>)[]): Promise<boolean> {
  let good = true
  for (const close of closers.toReversed()) {
    await close().catch(() => {
      good = false
    })
  }
  return good
}

/** The last resort, so that the deadline holds whatever hangs. */
function endUnlessClosed(ms: number, logger: Logger): void {
  setTimeout(() => {
    logger.error('the service did not end in time and is ended by force')
    endByForce()
  }, ms).unref()
}

/** The first start makes an app, unless one is given, and tells its key; later starts keep what is there. */
async function prepareKeys(store: Store, { bootstrapApp }: Config): Promise<Credential | undefined> {
  if (bootstrapApp) await store.putKey(bootstrapApp)
  if (bootstrapApp || !(await store.isEmpty())) return undefined
  const app = await store.createApp()
  const key = await store.createKey(app.appid)
  process.stdout.write(
    `First start: an app was made. Keep its SecretKey, it is not shown again.\n` +
      `appid      ${key.appid}\nSecretId   ${key.secretId}\nSecretKey  ${key.secretKey}\n`,
  )
  return key
}

async function newestAppid(store: Store): Promise<string> {
  const valid = (await store.listKeys()).filter((key) => !key.revokedAt)
  return valid.at(-1)?.appid ?? 'APPID'
}
