import type { Logger } from 'pino'
import type { Gallery } from '../calls/gallery.js'
import type { Config } from '../config.js'
import { GalleryMirror } from '../gallery/mirror.js'
import type { GallerySearch } from '../gallery/search.js'
import { TemplateIndex } from '../gallery/template-index.js'
import { VectorSearch } from '../gallery/vector-search.js'
import type { Metrics } from '../ops/metrics.js'
import type { GalleryStore, Store } from '../store/store.js'
import type { EnginePool } from '../worker/pool.js'
import { observeSearch } from './observe-search.js'
import { unlessAborted } from './stop-signals.js'

interface GalleryParts {
  readonly config: Config
  readonly store: Store
  readonly pool: EnginePool
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'countSearch' | 'watchGallery'>
  readonly stop: AbortSignal
  /** Makes a part unless the service ends already, and notes how it is closed. */
  readonly open: <T>(make: () => Promise<T> | T, close: (part: T) => Promise<unknown>) => Promise<T>
}

/** The persons who are enrolled, and the search among them; undefined while nobody may be enrolled. */
export async function openGallery(parts: GalleryParts): Promise<Gallery | undefined> {
  const { config, store, pool, logger, metrics } = parts
  if (!config.gallery) return undefined
  const { id: packId, fit, leastQuality } = pool.numbers
  const gallery = store.openGallery(config)
  const { repository } = gallery
  const search = observeSearch(await openSearch(parts, gallery), metrics.countSearch)
  const { maxGroups, maxPersonsPerGroup, maxFacesPerPerson, maxCandidates, minConfidence } = config
  return {
    repository,
    search,
    engine: { packId, calibration: fit.calibration, leastQuality, lanes: config.workers },
    limits: { maxGroups, maxPersonsPerGroup, maxFacesPerPerson, maxCandidates, minConfidence },
    onAudit: (audit) => logger.info({ audit }, 'a person was read or changed'),
  }
}

async function openSearch(
  { pool, logger, metrics, stop, open }: GalleryParts,
  { repository, feed, openVectors }: GalleryStore,
): Promise<GallerySearch> {
  const packId = pool.numbers.id
  const onWarning = (sentence: string) => logger.warn(sentence)
  const onTrouble = (error: unknown) =>
    logger.error({ err: error }, 'the gallery cannot be read now; it is tried again')
  const options = { feed, repository, packId, onTrouble, onWarning }
  if (openVectors) {
    const vectors = openVectors({ packId, onWarning })
    logger.info('faces that pgvector does not search yet are added, and indexed')
    return open(
      () => unlessAborted(stop, VectorSearch.open({ ...options, vectors }, stop)),
      (search) => search.close(),
    )
  }
  const mirror = await open(
    () => new GalleryMirror({ ...options, makeIndex: (columns) => new TemplateIndex(columns) }),
    (opened) => opened.close(),
  )
  metrics.watchGallery(() => mirror.size)
  return mirror
}
