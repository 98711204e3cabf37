import { createVendorScale, type VendorScale } from '../../score/vendor-scale.js'

export const FACE_MODEL_VERSIONS = ['2.0', '3.0'] as const
/** Which of the vendor's scales a score is to be read on: nothing else of ours depends on it. */
export type FaceModelVersion = (typeof FACE_MODEL_VERSIONS)[number]

export const DEFAULT_FACE_MODEL_VERSION: FaceModelVersion = '3.0'

/**
 * How our scores read as a `Score`, by what the vendor publishes with CompareFace. Model 3.0: 40, 50 and 60 are one false accept
 * in a thousand, ten thousand, a hundred thousand; ten points for each power of ten. The rates published with SearchFaces lie on
 * the same line: one false alarm in a hundred searches of 10,000 faces is one in a million comparisons, and said to be 70;
 * of 100,000 faces 80, of 300,000 faces 85. So it is continued downwards. Above 60 no rate is promised: none is fitted.
 * Model 2.0: 70, 80 and 90 for the same rates, which is our own scale.
 */
export const IAI_SCALES: Readonly<Record<FaceModelVersion, VendorScale>> = {
  '2.0': createVendorScale([
    [1e-3, 70],
    [1e-4, 80],
    [1e-5, 90],
  ]),
  '3.0': createVendorScale([
    [1e-1, 20],
    [1e-2, 30],
    [1e-3, 40],
    [1e-4, 50],
    [1e-5, 60],
  ]),
}

/** VerifyFace says whether it is the person by a fixed threshold, published as 60. */
export const VERIFY_THRESHOLD = 60
