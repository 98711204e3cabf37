import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { GalleryMirror } from '../gallery/mirror.js'
import { TemplateIndex } from '../gallery/template-index.js'
import type { Store } from '../store/store.js'
import type { EnrolledGallery } from '../wires/enrolled.js'
import type { EnginePool } from '../worker/pool.js'

interface GalleryParts {
  readonly config: Config
  readonly store: Store
  readonly pool: EnginePool
  readonly logger: Logger
  /** Makes a part unless the service ends already, and notes how it is closed. */
  readonly open: <T>(make: () => Promise<T> | T, close: (part: T) => Promise<unknown>) => Promise<T>
}

/** The persons who are enrolled, and the search among them; undefined while nobody may be enrolled. */
export async function openGallery({
  config,
  store,
  pool,
  logger,
  open,
}: GalleryParts): Promise<EnrolledGallery | undefined> {
  if (!config.gallery) return undefined
  const { id: packId, fit, leastQuality, appearance } = pool.numbers
  const { repository, feed } = store.openGallery({ encryptTemplates: config.encryptTemplates })
  const search = await open(
    () =>
      new GalleryMirror({
        feed,
        repository,
        packId,
        makeIndex: (columns) => new TemplateIndex(columns),
        onTrouble: (error) => logger.error({ err: error }, 'the gallery cannot be read now; it is tried again'),
        onWarning: (sentence) => logger.warn(sentence),
      }),
    async (mirror) => mirror.close(),
  )
  const { maxGroups, maxPersonsPerGroup, maxFacesPerPerson, maxCandidates, minConfidence } = config
  return {
    repository,
    search,
    engine: { packId, calibration: fit.calibration, leastQuality, lanes: config.workers },
    limits: { maxGroups, maxPersonsPerGroup, maxFacesPerPerson, maxCandidates, minConfidence },
    onAudit: (audit) => logger.info({ audit }, 'a person was read or changed'),
    tellsAttributes: appearance !== undefined,
  }
}
