/** The library: the engine, its types, its errors. Nothing else of the project is public. */

export type {
  Comparison,
  Face,
  FaceAttributes,
  FacesInPicture,
  FindOptions,
  FoundFace,
  PartSimilarities,
  Quality,
  QualityReason,
  Template,
} from './engine/engine.js'
export { type FaceShape, outlineFace } from './engine/engine.js'
export { faceToBytes } from './engine/face-codec.js'
export { type CheckedComparison, type CompareOptions, QualityTooLowError } from './engine/require-quality.js'
export { ERRORS, type ErrorName, FaceCompareError, type Side } from './errors.js'
export { type Comparable, createFaceEngine, type FaceEngineOptions, type LocalFaceEngine } from './library.js'
