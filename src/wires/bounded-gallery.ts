import type { Gallery } from '../calls/gallery.js'

export interface SearchBounds {
  /** 0 to 100: faces of less quality are not searched for, or kept. */
  readonly leastQuality: number
  /** Persons who are told of; the operator's own limit where that is less. */
  readonly maxCandidates: number
  /** Ours, 0 to 100: nobody is told of with less; the operator's own limit where that is more. */
  readonly leastScore: number
}

/** The gallery as one call wants it searched, within what the operator allows. */
export function boundGallery(gallery: Gallery, bounds: SearchBounds): Gallery {
  const { engine, limits } = gallery
  return {
    ...gallery,
    engine: { ...engine, leastQuality: bounds.leastQuality },
    limits: {
      ...limits,
      maxCandidates: Math.min(limits.maxCandidates, bounds.maxCandidates),
      minConfidence: Math.max(limits.minConfidence, bounds.leastScore),
    },
  }
}
