import type { CohortScale } from '../score/cohort.js'
import type { Template } from './gallery.js'

/** A person who resembles a probe. */
export interface Match {
  readonly personId: string
  /** The face of the person that is most like the probe. */
  readonly faceId: string
  /** Among the likes of both faces (src/score/cohort.ts), -1 to 1. */
  readonly similarity: number
  /** The remark of the face. */
  readonly tag: string
}

/** Finds persons by a face. */
export interface GallerySearch {
  /**
   * The persons of the groups who are most like the probe, at most `count`, each with its best face; the best first. The probe
   * must be of the model pack that the search was made for: throws RangeError.
   */
  search(
    appid: string,
    groupIds: readonly string[],
    probe: Template,
    count: number,
    signal?: AbortSignal,
  ): Promise<readonly Match[]>
}

/** Templates in memory, by row, of which the most similar are found. */
export interface SearchIndex {
  /** Resolves with the row, which may be one that was removed before. */
  add(template: { readonly embedding: Float32Array; readonly cohort: CohortScale }): number
  remove(row: number): void
  readonly size: number
  /** The best rows, falling; of `rows` only, where given. */
  search(
    probe: { readonly embedding: Float32Array; readonly cohort: CohortScale },
    options: { readonly rows?: Uint32Array; readonly count: number; readonly signal?: AbortSignal },
  ): Promise<readonly { readonly row: number; readonly similarity: number }[]>
}

/** Makes an empty index of embeddings of so many numbers. */
export type MakeIndex = (columns: number) => SearchIndex
