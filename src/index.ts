/** The library: the engine, its types, its errors. Nothing else of the project is public. */
export type { Comparison, Face, FaceEngine, PartSimilarities } from './engine.js'
export { ERRORS, type ErrorName, FaceCompareError, type Side } from './errors.js'
export { createEngine as createFaceEngine, type EngineOptions } from './worker/engine.js'
