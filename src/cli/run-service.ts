import pino from 'pino'
import { createRateLimiter } from '../auth/rate-limit.js'
import type { Config } from '../config.js'
import { createApp } from '../http/app.js'
import { createImageFetcher } from '../image/fetch-remote.js'
import { createMetrics } from '../ops/metrics.js'
import { startOpsServer } from '../ops/ops-server.js'
import type { Store } from '../store/store.js'
import { startEnginePool } from '../worker/pool.js'
import { exampleCall } from './example-call.js'
import { observeEngine } from './observe-engine.js'
import { openStore } from './open-store.js'
import { composeServiceStore } from './service-store.js'

/** The composition of the service: every part is made here and handed to those that use it. */
export async function runService(config: Config): Promise<void> {
  // Logs go to standard error; standard output has what a person reads at the first start.
  const logger = pino({ level: config.logLevel }, pino.destination(2))
  const closers: (() => Promise<unknown>)[] = []
  const isClosing = closeOnSignal(async () => {
    for (const close of closers.reverse()) await close()
  })
  const metrics = createMetrics()
  let modelsLoaded = false
  let askStore = async (): Promise<void> => {}
  const isReady = async (): Promise<boolean> => {
    await askStore()
    return modelsLoaded && !isClosing()
  }
  if (config.opsPort > 0) {
    const ops = await startOpsServer({ host: config.opsHost, port: config.opsPort, isReady, metrics })
    // Closed last: the drain is watched, too.
    closers.push(() => ops.close())
  }
  // First: a pack that cannot be used must leave nothing half-made, neither a store nor an open port.
  const pool = await startEnginePool({
    cacheDir: config.cacheDir,
    maxPixels: config.maxPixels,
    modelPack: config.modelPack,
    effort: config.effort,
    workers: config.workers,
    queueSize: config.queueSize,
    timeoutMs: config.engineTimeoutMs,
    onWarning: (sentence) => logger.warn(sentence),
    onThreadLost: (error) => {
      metrics.countWorkerLoss()
      logger.error({ err: error }, 'a thread of the engine was lost and is replaced')
    },
  })
  metrics.watch({
    waitingImages: pool.queueLength,
    queueSize: config.queueSize,
    workers: config.workers,
    uploadBytes: () => 0,
    isDraining: isClosing,
  })
  closers.push(() => pool.close())
  if (config.modelPack !== undefined) await closeOnFailure(pool.ready, closers)
  const store = await openStore(config)
  closers.push(() => store.close())
  const serviceStore = composeServiceStore(store, config)
  askStore = serviceStore.requireStore
  await prepareKeys(store, config)
  const fetcher = createImageFetcher({
    allow: config.urlAllow,
    timeoutMs: config.urlTimeoutMs,
    maxBytes: config.maxImageBytes,
    onRefused: (refusal) => {
      metrics.countRefusedUrl()
      logger.warn(refusal, 'a url was refused')
    },
  })
  closers.push(() => fetcher.close())
  const app = await createApp({
    engine: observeEngine(pool, metrics.openImage),
    fetchImage: fetcher.fetchImage,
    store: serviceStore.store,
    rateLimiter: createRateLimiter(config.rateLimit),
    maxImageBytes: config.maxImageBytes,
    maxSignSeconds: config.maxSignSeconds,
    corsOrigins: config.corsOrigins,
    statusAlways200: config.statusAlways200,
    logger,
    onCall: metrics.countCall,
    isReady,
  })
  closers.push(() => app.close())
  const url = await app.listen({ host: config.host, port: config.port })
  await closeOnFailure(pool.ready, closers)
  if (isClosing()) return
  modelsLoaded = true
  process.stdout.write(`facecompare is ready on ${url}; try: ${exampleCall(url, await newestAppid(store))}\n`)
}

/** Waits; when it fails, ends what has been started, so that the process can end with the reason. */
async function closeOnFailure(ready: Promise<void>, closers: readonly (() => Promise<unknown>)[]): Promise<void> {
  try {
    await ready
  } catch (error) {
    for (const close of closers.toReversed()) await close()
    throw error
  }
}

/** The first start makes an app, unless one is given; later starts keep what is there. */
async function prepareKeys(store: Store, { bootstrapApp }: Config): Promise<void> {
  if (bootstrapApp) return store.putKey(bootstrapApp)
  if (!(await store.isEmpty())) return
  const app = await store.createApp()
  const key = await store.createKey(app.appid)
  process.stdout.write(
    `First start: an app was made. Keep its SecretKey, it is not shown again.\n` +
      `appid      ${key.appid}\nSecretId   ${key.secretId}\nSecretKey  ${key.secretKey}\n`,
  )
}

async function newestAppid(store: Store): Promise<string> {
  const valid = (await store.listKeys()).filter((key) => !key.revokedAt)
  return valid.at(-1)?.appid ?? 'APPID'
}

/** The first signal finishes what is under way; a second one ends at once. Tells whether a signal has come. */
function closeOnSignal(close: () => Promise<void>): () => boolean {
  let closing = false
  const onSignal = (): void => {
    // Not process.exit: ending a thread inside the inference runtime aborts the process with a message.
    if (closing) process.kill(process.pid, 'SIGKILL')
    closing = true
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return () => closing
}
