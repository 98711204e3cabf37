import { createVendorScale } from '../../score/vendor-scale.js'

/**
 * How our scores read as a `Similarity`. AWS publishes no false accept rates, but two thresholds: 80, the default, for uses in
 * which "a few incorrect matches can be tolerated", and 99 where matches must be "highly accurate", as in public safety ("The
 * Facts on Facial Recognition with Artificial Intelligence" and "Use cases that involve public safety", aws.amazon.com).
 *
 * 80 is one false accept in ten thousand, because that is the rate of the threshold that the vendors who do publish theirs
 * advise for ordinary use. 99 is one in a hundred thousand, the strictest rate that the scores of the pack are fitted at.
 * Below 80 both scales are the same. Above 99 no rate is promised: most pairs of one person lie there, as they do with AWS.
 */
export const REKOGNITION_SCALE = createVendorScale([
  [1e-3, 70],
  [1e-4, 80],
  [1e-5, 99],
])

/** Where a call names no threshold. */
export const DEFAULT_SIMILARITY_THRESHOLD = 80
