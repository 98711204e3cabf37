import type { AuditEvent } from '../../src/calls/audit.js'
import type { AnalysedFace, Gallery } from '../../src/calls/gallery.js'
import type { Template } from '../../src/gallery/gallery.js'
import { GalleryMirror } from '../../src/gallery/mirror.js'
import type { SearchIndex } from '../../src/gallery/search.js'
import { VectorSearch } from '../../src/gallery/vector-search.js'
import type { Knots } from '../../src/score/calibration.js'
import { NO_COHORT, relativeSimilarity } from '../../src/score/cohort.js'
import { dotProduct, normalise } from '../../src/score/vectors.js'
import type { Store } from '../../src/store/store.js'

export const PACK = 'made-up-pack'
const COLUMNS = 32
/** Similarities as scores, a hundredth for a hundredth. */
export const CALIBRATION: Knots = [
  [-1, 0],
  [0, 0],
  [1, 100],
]

/** A direction for each name: faces of one name are the same, those of two have nothing in common but chance. */
export function embeddingOf(name: string): Float32Array {
  let state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), 2_166_136_261)
  const draw = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32 - 0.5
  }
  return normalise(Float32Array.from({ length: COLUMNS }, draw))
}

/** A face that resembles that of a name by `share` (1: it is the same one). */
export function faceLike(name: string, share = 1, packId = PACK): AnalysedFace {
  const other = embeddingOf(`other than ${name}`)
  const embedding = embeddingOf(name).map((value, i) => share * value + (1 - share) * (other[i] ?? 0))
  return {
    packId,
    embedding: normalise(embedding),
    cohort: { gain: 1.01, offset: 0.02, centre: 0.03 },
    quality: { score: 80, reasons: [] },
    box: { x: 1, y: 2, width: 30, height: 40 },
    rollDegrees: -3,
  }
}

export function templateOf(name: string, packId = PACK): Template {
  const { embedding, cohort } = faceLike(name)
  return { packId, embedding, cohort }
}

/** Compares with every row, in numbers as they are. */
export class ExactIndex implements SearchIndex {
  readonly #rows: (Pick<Template, 'embedding' | 'cohort'> | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#rows.length - this.#free.length
  }

  add(template: Pick<Template, 'embedding' | 'cohort'>): number {
    const row = this.#free.pop() ?? this.#rows.length
    this.#rows[row] = template
    return row
  }

  remove(row: number): void {
    if (!this.#rows[row]) throw new Error(`There is no row ${row}.`)
    this.#rows[row] = undefined
    this.#free.push(row)
  }

  async search(
    probe: Pick<Template, 'embedding' | 'cohort'>,
    { rows = Uint32Array.from(this.#rows.keys()), count }: { readonly rows?: Uint32Array; readonly count: number },
  ): Promise<readonly { readonly row: number; readonly similarity: number }[]> {
    const found = [...rows].flatMap((row) => {
      const template = this.#rows[row]
      if (!template) return []
      const cosine = dotProduct(template.embedding, probe.embedding)
      return [{ row, similarity: relativeSimilarity(cosine, template.cohort, probe.cohort ?? NO_COHORT) }]
    })
    return found.sort((a, b) => b.similarity - a.similarity).slice(0, count)
  }
}

export interface OpenedGallery {
  readonly gallery: Gallery
  readonly mirror: GalleryMirror
  readonly events: AuditEvent[]
  readonly warnings: string[]
}

/** The calls on a store, as one replica has them. */
export function openGallery(
  store: Store,
  options: {
    readonly limits?: Partial<Gallery['limits']>
    readonly packId?: string
    readonly encryptTemplates?: boolean
    readonly pollMs?: number
    readonly makeIndex?: (columns: number) => SearchIndex
  } = {},
): OpenedGallery {
  const { packId = PACK, encryptTemplates = true, pollMs = 60_000, makeIndex = () => new ExactIndex() } = options
  const { repository, feed } = store.openGallery({ encryptTemplates })
  const events: AuditEvent[] = []
  const warnings: string[] = []
  const mirror = new GalleryMirror({
    feed,
    repository,
    packId,
    makeIndex,
    onTrouble: () => {},
    onWarning: (sentence) => warnings.push(sentence),
    pollMs,
  })
  const gallery: Gallery = {
    ...describeGallery(packId, options.limits),
    repository,
    search: mirror,
    onAudit: (event) => events.push(event),
  }
  return { gallery, mirror, events, warnings }
}

/** The calls on a store that pgvector searches, as one replica has them. */
export async function openVectorGallery(
  store: Store,
  options: { readonly limits?: Partial<Gallery['limits']>; readonly packId?: string; readonly pollMs?: number } = {},
) {
  const { packId = PACK, pollMs = 60_000 } = options
  const warnings: string[] = []
  const onWarning = (sentence: string) => warnings.push(sentence)
  const { repository, feed, inventory, openVectors } = store.openGallery({
    encryptTemplates: false,
    search: 'pgvector',
  })
  if (!openVectors) throw new Error('The store cannot search.')
  const vectors = openVectors({ packId, onWarning })
  const search = await VectorSearch.open({
    ...{ feed, repository, vectors, packId, pollMs, onWarning },
    onTrouble: () => {},
  })
  const gallery: Gallery = { ...describeGallery(packId, options.limits), repository, search, onAudit: () => {} }
  return { gallery, search, inventory, vectors, warnings }
}

function describeGallery(packId: string, limits: Partial<Gallery['limits']> = {}) {
  return {
    engine: { packId, calibration: CALIBRATION, leastQuality: 10, lanes: 2 },
    limits: {
      maxGroups: 5000,
      maxPersonsPerGroup: 20_000,
      maxFacesPerPerson: 20,
      maxCandidates: 5,
      minConfidence: 0,
      ...limits,
    },
  }
}
