/** How much work goes into one face: more networks and crops make a steadier embedding and take longer. */
export const EFFORTS = ['fast', 'default', 'best'] as const
export type Effort = (typeof EFFORTS)[number]

export const DEFAULT_EFFORT: Effort = 'default'

/** One way to cut a face out, by its difference from the aligned one. */
export interface Crop {
  /** Side of what is seen, 1 for that of the aligned face. */
  readonly scale: number
  /** Clockwise. */
  readonly degrees: number
  /** Whether the mirror image is embedded as well. */
  readonly mirrored: boolean
}

/**
 * What each network sees of a face; one that sees nothing is not run. The first crop is the aligned face: the facial parts
 * are read from it.
 */
export interface Crops {
  readonly resnet: readonly Crop[]
  readonly faceres: readonly Crop[]
}

const PLAIN: Crop = { scale: 1, degrees: 0, mirrored: false }
const MIRRORED: Crop = { ...PLAIN, mirrored: true }

/**
 * Chosen on DevTrain: what each step is worth stands in docs/models.md. The crops of one effort begin those of the next, so
 * that one run over pictures can be fitted for all.
 */
export const CROPS: Readonly<Record<Effort, Crops>> = {
  fast: { resnet: [PLAIN], faceres: [] },
  default: { resnet: [PLAIN], faceres: [PLAIN] },
  best: {
    resnet: [
      MIRRORED,
      { scale: 0.93, degrees: 0, mirrored: true },
      { scale: 1.07, degrees: 0, mirrored: true },
      { scale: 1, degrees: 4, mirrored: true },
      { scale: 1, degrees: -4, mirrored: true },
    ],
    faceres: [MIRRORED, { scale: 0.9, degrees: 0, mirrored: true }, { scale: 1.1, degrees: 0, mirrored: true }],
  },
}

/** How many embeddings a network makes of one face. */
export function countViews(crops: readonly Crop[]): number {
  return crops.reduce((sum, { mirrored }) => sum + (mirrored ? 2 : 1), 0)
}
