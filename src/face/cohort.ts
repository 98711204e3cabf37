/**
 * How alike a face is to the faces that it is most alike to in a cohort of others. A common face resembles many and must
 * be more alike to count as the same.
 */
export interface CohortStatistics {
  /** Of the cosine similarities. */
  readonly mean: number
  /** Standard deviation of the same. */
  readonly deviation: number
}

/** For packs without a cohort: similarities stay as they are. */
export const NO_COHORT: CohortStatistics = { mean: 0, deviation: 1 }
