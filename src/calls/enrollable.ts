import { requireQuality } from '../engine/require-quality.js'
import type { NewFace } from '../gallery/gallery.js'
import type { AnalysedFace, GalleryEngine } from './gallery.js'

/** What is kept of a face. Throws QualityTooLowError for one that is shown too poorly to be told from others. */
export function enrollable(face: AnalysedFace, { leastQuality }: Pick<GalleryEngine, 'leastQuality'>): NewFace {
  requireQuality(face, leastQuality)
  const { packId, embedding, cohort, box, rollDegrees, attributes } = face
  return { template: { packId, embedding, cohort }, attributes: { box, rollDegrees, ...attributes } }
}
