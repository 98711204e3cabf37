import type { AnalysedFace } from '../calls/gallery.js'
import type { FoundFace } from '../engine/face.js'

/** What the calls about persons need of a face that was found with its template. */
export function analysed({ template, attributes, quality, box, rollDegrees }: FoundFace): AnalysedFace {
  if (!template) throw new Error('Expected a face with its template.')
  const { packId, embedding, cohort } = template
  const face = { packId, embedding, cohort, quality, box, rollDegrees }
  if (!attributes) return face
  const { hasGlasses, ...told } = attributes
  return { ...face, attributes: { ...told, glass: hasGlasses } }
}
