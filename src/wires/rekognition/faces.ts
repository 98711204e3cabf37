import { compareWithAll } from '../../calls/compare.js'
import { FaceCompareError } from '../../errors.js'
import { timed } from '../../http/call-log.js'
import { leastQualityAt } from '../quality-bar.js'
import { answerCompareFaces, answerDetectFaces, type RekognitionAnswer } from './answer.js'
import type { RekognitionCall } from './context.js'
import { needsAppearance } from './looks.js'
import { openFace, openFaces, seenIn } from './pictures.js'
import type { RequestOf } from './request.js'

/** The most prominent face of the source with every face of the target. */
export async function compareFaces(
  request: RequestOf<'CompareFaces'>,
  call: RekognitionCall,
): Promise<RekognitionAnswer> {
  const { engine, stop } = call
  const sides = {
    source: openFace(call, request.source, 'A'),
    target: openFaces(call, request.target, 'B', { attributes: false, templates: true }),
    minQuality: leastQualityAt(request.qualityBar, engine.leastQuality),
  }
  const { source, targets, target } = await timed(call.request.call, 'faces', () => compareWithAll(engine, sides, stop))
  const scored = targets.map(({ face, similarity }) => ({ face: seenIn(target, face), score: similarity }))
  return answerCompareFaces(source, scored, request.leastScore)
}

/** No face is no error here. */
export async function detectFaces(
  { image, told }: RequestOf<'DetectFaces'>,
  call: RekognitionCall,
): Promise<RekognitionAnswer> {
  try {
    const attributes = call.engine.tellsAttributes && needsAppearance(told)
    const found = await openFaces(call, image, '', { attributes, templates: false })(call.stop.signal)
    return answerDetectFaces(
      found.faces.map((face) => seenIn(found, face)),
      told,
    )
  } catch (error) {
    if (error instanceof FaceCompareError && error.kind === 'FACE_NOT_DETECTED') return answerDetectFaces([], told)
    throw error
  }
}
