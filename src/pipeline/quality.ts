/** What can be wrong with how a face is shown. */
export const QUALITY_REASONS = [
  'small',
  'blurred',
  'dark',
  'over_exposed',
  'covered',
  'turned_away',
  'cut_off',
] as const
export type QualityReason = (typeof QUALITY_REASONS)[number]

/** How well a face can be told by what its picture shows of it. */
export interface Quality {
  /** 0 to 100, to two decimals: of a hundred plain faces so many are shown no better. */
  readonly score: number
  /** What is wrong with the picture, in the order of {@link QUALITY_REASONS}; empty where nothing was seen. */
  readonly reasons: readonly QualityReason[]
}
