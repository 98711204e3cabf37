import type { FaceEngine } from '../engine.js'
import { compareFaces } from '../face/compare.js'
import { DEFAULT_EFFORT, type Effort } from '../face/effort.js'
import type { AnalysedFace } from '../face/engine-pack.js'
import type { Face } from '../face/face.js'
import type { Fit } from '../face/fit.js'
import { rollOf } from '../face/landmarks.js'
import { type DecodedImage, decodeDraft, decodeImage } from '../image/decode.js'
import { openPack, type PackOptions } from './packs.js'

export interface EngineOptions {
  /** Where converted networks are kept between starts. */
  readonly cacheDir: string
  /** Pictures with more pixels are refused before they are decoded. */
  readonly maxPixels: number
  /** A folder with a manifest (`pack.json`); absent for the default pack. */
  readonly modelPack?: string | undefined
  /** Takes a pack without calibration too, whose scores then mean nothing. */
  readonly uncalibrated?: boolean
  /** How much work goes into one face. */
  readonly effort?: Effort
  /** Threads of one network run; parallelism over images is better where there are several. */
  readonly intraOpThreads?: number
  readonly onWarning?: (sentence: string) => void
}

/** The longer side that pictures are decoded to: faces of 3 % of it are still 38 pixels wide. */
export const MAX_DECODED_SIDE = 1280

/**
 * What a large JPEG is decoded to first, which takes half of the time and is enough for a large face: at less than a ninth of
 * a camera's 4000 pixels libjpeg leaves out seven of eight each way.
 */
const DRAFT_SIDE = 444

/** The engine in this thread: `analyze` blocks it while a network runs. */
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

/** What of the engine's options is the pack's business. */
export function packOptionsOf({ maxPixels: _, ...options }: EngineOptions): PackOptions {
  return { ...options, effort: options.effort ?? DEFAULT_EFFORT }
}

/** The cheap half of the engine, for a thread that has no networks. */
export function createComparer(fit: Fit): FaceEngine['compare'] {
  return (a, b) => compareFaces(a, b, fit)
}
