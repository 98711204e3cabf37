import { type DecodedImage, decodeDraft, decodeImage } from '../image/decode.js'
import type { AnalysedFace } from '../pipeline/engine-pack.js'
import { rollOf } from '../pipeline/landmarks.js'
import type { FaceEngine } from './engine.js'
import type { Face } from './face.js'
import { openPack } from './open-pack.js'
import { createComparer, type EngineOptions, packOptionsOf } from './options.js'

export type { EngineOptions } from './options.js'

/** The longer side that pictures are decoded to: faces of 3 % of it are still 38 pixels wide. */
export const MAX_DECODED_SIDE = 1280

/**
 * What a large JPEG is decoded to first, at least, which is enough for a large face: of a camera's 4000 pixels an eighth is
 * read several times as fast, and smaller ones are shrunk to this while they are loaded.
 */
const DRAFT_SIDE = 444

/** The engine in this process: `analyze` blocks its thread while a network runs. */
export async function createEngine(options: EngineOptions): Promise<FaceEngine & { readonly packId: string }> {
  const pack = await openPack(packOptionsOf(options))
  const packId = pack.id
  const nowMs = () => performance.now()

  async function analyze(bytes: Uint8Array): Promise<Face> {
    const { maxPixels } = options
    let decodeMs = 0
    const decoding = async <T>(decode: () => Promise<T>): Promise<T> => {
      const startMs = nowMs()
      const image = await decode()
      decodeMs += nowMs() - startMs
      return image
    }
    const draft = pack.analyzeDraft
      ? await decoding(() => decodeDraft(bytes, { maxPixels, maxSide: DRAFT_SIDE, instead: MAX_DECODED_SIDE }))
      : undefined
    const foundInDraft = draft && (await pack.analyzeDraft?.(draft))
    if (foundInDraft) return describe(draft, foundInDraft, decodeMs)
    const image = await decoding(() => decodeImage(bytes, { maxPixels, maxSide: MAX_DECODED_SIDE }))
    return describe(image, await pack.analyze(image), decodeMs)
  }

  function describe(image: DecodedImage, found: AnalysedFace, decodeMs: number): Face {
    const { box } = found.detection
    const toSource = 1 / image.scale
    return {
      packId,
      embedding: found.embedding,
      cohort: found.cohort,
      parts: found.parts,
      box: { x: box.x * toSource, y: box.y * toSource, width: box.width * toSource, height: box.height * toSource },
      landmarks: found.landmarks.map((v) => v * toSource),
      detectionScore: found.detection.score,
      rollDegrees: (rollOf(found.detection) * 180) / Math.PI,
      faceCount: found.faceCount,
      imageWidth: image.sourceWidth,
      imageHeight: image.sourceHeight,
      stages: { decodeMs, detectMs: found.detectMs, alignMs: found.alignMs, embedMs: found.embedMs },
    }
  }

  return { packId, analyze, compare: createComparer(pack.numbers.fit), close: pack.close }
}
