import { type Face, mapParts } from '../../src/engine/face.js'
import { NO_COHORT } from '../../src/score/cohort.js'

/** A face of which all but its template says nothing. */
export function makeFace({
  embedding,
  cohort = NO_COHORT,
  part = embedding,
}: Pick<Face, 'embedding'> & { readonly cohort?: Face['cohort']; readonly part?: Float32Array }): Face {
  return {
    packId: 'pack',
    embedding,
    cohort,
    parts: mapParts(() => part),
    box: { x: 0, y: 0, width: 1, height: 1 },
    quality: undefined,
    landmarks: new Float32Array(136),
    detectionScore: 1,
    rollDegrees: 0,
    faceCount: 1,
    imageWidth: 1,
    imageHeight: 1,
    stages: { decodeMs: 0, detectMs: 0, alignMs: 0, embedMs: 0 },
  }
}
