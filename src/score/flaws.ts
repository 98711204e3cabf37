import { QUALITY_REASONS, type QualityReason } from '../pipeline/quality.js'

/** What the pixels and landmarks of a face tell of how it is shown. */
export interface Shown {
  /** Pixels of the image that the face was aligned from, which may be shrunk, for one of an aligned face of 112. */
  readonly pixels: number
  /** Fine detail over coarse, 0 to about 1: whatever the light, a blurred face has less. */
  readonly detail: number
  /** Mean brightness, 0 to 255. */
  readonly brightness: number
  /** The share of it where nothing is left but white, 0 to 1. */
  readonly burnt: number
  /** How far the head looks aside: the nose's distances from both edges of the face, their difference over their sum, 0 to 1. */
  readonly aside: number
  /** The share of the landmarks that lie outside of the picture, 0 to 1. */
  readonly outside: number
}

// Each bound is one that at most one or two in a hundred of the plain faces of LFW's DevTrain and of the groups that the pack was
// fitted on are beyond.
const LEAST_PIXELS = 0.36
const LEAST_DETAIL = 0.2
const LEAST_BRIGHTNESS = 45
const MOST_BURNT = 0.05
const MOST_ASIDE = 0.7
const MOST_OUTSIDE = 0.15

/** What is wrong by the pixels and landmarks alone. */
export function findFlaws(shown: Shown): readonly QualityReason[] {
  const small = shown.pixels < LEAST_PIXELS
  const found: Readonly<Partial<Record<QualityReason, boolean>>> = {
    small,
    // A small face has no more detail than its pixels.
    blurred: !small && shown.detail < LEAST_DETAIL,
    dark: shown.brightness < LEAST_BRIGHTNESS,
    over_exposed: shown.burnt > MOST_BURNT,
    turned_away: shown.aside > MOST_ASIDE,
    cut_off: shown.outside > MOST_OUTSIDE,
  }
  return QUALITY_REASONS.filter((reason) => found[reason])
}
