import { comparePictures } from '../../calls/compare.js'
import { timed } from '../../http/call-log.js'
import { leastQualityAt } from '../quality-bar.js'
import { analyzeFields, compareFields, detectFields, type IaiFields, similarityFields } from './answer.js'
import type { IaiCall } from './context.js'
import { findFaces, openFace } from './pictures.js'
import type { RequestOf } from './request.js'

type Comparison = RequestOf<'CompareFace' | 'CompareMaskFace' | 'DetectFaceSimilarity'>

export async function compareFace(request: Comparison, call: IaiCall): Promise<IaiFields> {
  const { action, faceModelVersion } = request
  const score = await compare(request, call)
  return action === 'DetectFaceSimilarity' ? similarityFields(score) : compareFields(score, faceModelVersion)
}

async function compare({ A, B, faceChoice, qualityBar }: Comparison, call: IaiCall): Promise<number> {
  const { engine, stop } = call
  const pictures = { A: openFace(call, A, 'A', faceChoice), B: openFace(call, B, 'B', faceChoice) }
  const minQuality = leastQualityAt(qualityBar, engine.leastQuality)
  const { comparison } = await timed(call.request.call, 'faces', () =>
    comparePictures(engine, { pictures, minQuality }, stop),
  )
  return comparison.similarity
}

export async function detectFace(request: RequestOf<'DetectFace'>, call: IaiCall): Promise<IaiFields> {
  const { image, maxFaces, minFaceSize, needsAttributes, needsQuality, faceModelVersion } = request
  const attributes = needsAttributes && call.engine.tellsAttributes
  const wanted = { maxFaces, minFaceSize, attributes, templates: false }
  const { faces } = await findFaces(call, image, wanted)
  const packLeastQuality = call.engine.leastQuality
  return detectFields(faces, { needsAttributes, needsQuality, faceModelVersion, packLeastQuality })
}

export async function analyzeFace(request: RequestOf<'AnalyzeFace'>, call: IaiCall): Promise<IaiFields> {
  const { image, maxFaces, faceModelVersion } = request
  const { faces } = await findFaces(call, image, { maxFaces, minFaceSize: 0, attributes: false, templates: false })
  return analyzeFields(faces, faceModelVersion)
}
