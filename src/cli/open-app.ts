import type { FastifyInstance } from 'fastify'
import { createAddressLimiter } from '../auth/address-limit.js'
import { createLossGate } from '../auth/loss-gate.js'
import { createQuotaGate } from '../auth/quota.js'
import { createApp } from '../http/app.js'
import type { TlsFiles } from '../http/tls-files.js'
import type { UploadBudget } from '../http/upload-budget.js'
import { createImageFetcher } from '../image/fetch-remote.js'
import { createEarlyCollector } from '../ops/early-collector.js'
import type { Store } from '../store/store.js'
import type { UsageMeter } from '../store/usage-meter.js'
import type { EnginePool } from '../worker/pool.js'
import { composeWires } from './compose-wires.js'
import { observeEngine } from './observe-engine.js'
import { openGallery } from './open-gallery.js'
import { findPage } from './page.js'
import type { ServiceStore } from './service-store.js'
import type { Workshop } from './workshop.js'

export interface AppParts {
  readonly store: Store
  readonly pool: EnginePool
  readonly serviceStore: ServiceStore
  readonly meter: UsageMeter
  readonly tls: TlsFiles | undefined
  readonly uploadBudget: UploadBudget
  readonly isReady: () => Promise<boolean>
}

/** The service as it is heard, with all that it is made of; it does not listen yet. */
export async function openApp(
  { config, logger, metrics, stop, open }: Workshop,
  parts: AppParts,
): Promise<FastifyInstance> {
  const { pool, store, serviceStore, meter, tls, uploadBudget, isReady } = parts
  const fetchOptions = {
    allow: config.urlAllow,
    timeoutMs: config.urlTimeoutMs,
    maxBytes: config.maxImageBytes,
    onRefused: (refusal: object) => {
      metrics.countRefusedUrl()
      logger.warn(refusal, 'a url was refused')
    },
  }
  const fetcher = await open(
    () => createImageFetcher(fetchOptions),
    (opened) => opened.close(),
  )
  const wires = composeWires(config, {
    engine: observeEngine(pool, metrics.openImage),
    fetchImage: fetcher.fetchImage,
    store: serviceStore.store,
    rateLimiter: serviceStore.rateLimiter,
    quotas: createQuotaGate((appid) => meter.countSuccesses(appid)),
    // One for all wires: an app that is to wait waits on each.
    losses: createLossGate(),
    gallery: await openGallery({ config, store, pool, logger, metrics, stop, open }),
  })
  const page = findPage(config.host, config.gallery)
  const collectEarly = createEarlyCollector()
  const make = () =>
    createApp({
      wires,
      doors: config.doors,
      countCall: (appid, code) => meter.count(appid, code),
      addressLimiter: createAddressLimiter(config.addressRateLimit, metrics.countAddressRefusal),
      trustProxy: config.trustProxy,
      uploadBudget,
      uploadPace: { minRate: config.minUploadRate },
      connectionLimit: { max: config.maxConnections, onRefused: metrics.countRefusedConnection },
      maxImageBytes: config.maxImageBytes,
      corsOrigins: config.corsOrigins,
      statusAlways200: config.statusAlways200,
      drainLimits: { idleMs: Math.min(1000, config.drainTimeoutMs), maxMs: config.drainTimeoutMs },
      ...(tls ? { tls } : {}),
      ...(page ? { page } : {}),
      logger,
      onCall(record) {
        metrics.countCall(record)
        collectEarly()
      },
      isReady,
    })
  return open(make, (app) => app.close())
}
