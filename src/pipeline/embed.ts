import { mapParts, type PartName } from '../engine/face.js'
import { FaceCompareError } from '../errors.js'
import { measureUpright, type Upright } from '../score/upright.js'
import { joinWeighted, lengthOf, normalise } from '../score/vectors.js'
import { alignChip } from './align.js'
import { type InputForm, runOnChip } from './chip.js'
import { alignFivePoints, type FivePoints, fivePointsOf } from './five-points.js'
import { applySimilarity, type Similarity } from './geometry.js'
import type { Network, Outputs, Tensor } from './network.js'
import { poolParts } from './parts.js'
import type { Pyramid } from './pyramid.js'

/** Where an aligned face comes from: five points, or 68 landmarks with a margin (in units of dlib's mean shape). */
export type Alignment =
  | { readonly template: 'arcface-112' }
  | { readonly template: 'dlib-68'; readonly padding: number }

/** One way to cut a face out, by its difference from the aligned one. */
export interface View {
  /** Side of what is seen, 1 for that of the aligned face. */
  readonly scale: number
  /** Clockwise. */
  readonly degrees: number
  /** Whether the mirror image is embedded as well. */
  readonly mirrored: boolean
}

/** A map of features that the facial parts are read from. */
export interface PartMap {
  /** The output that is the map: `[1, channels, side, side]`. */
  readonly output: string
  /** Share of the parts' similarity; those of all maps sum to 1. */
  readonly weight: number
  /** Cell `i` covers `origin + i * stride` to `origin + (i + 1) * stride` pixels of the aligned face. */
  readonly origin: number
  readonly stride: number
}

/** A network that makes one vector of one aligned face, ready to run. */
export interface Embedder {
  readonly network: Network
  readonly input: InputForm
  /** The output that is the vector. */
  readonly output: string
  readonly alignment: Alignment
  /** The first is the aligned face as it is: the maps are read from it. */
  readonly views: readonly View[]
  /** Share of the embedding's similarity; those of all embedders sum to 1. One of weight 0 is run for its maps alone. */
  readonly weight: number
  readonly maps: readonly PartMap[]
  /** Where it is known what its embedding of a face that was aligned the wrong way up is like. */
  readonly upright?: Upright | undefined
}

/** What an aligned face is cut out by: five points of the detector where it gives them, else those of the landmarks. */
export interface FacePoints {
  readonly landmarks: Float32Array
  readonly points?: FivePoints | undefined
}

export interface EmbeddedFace {
  /** Unit length. */
  readonly embedding: Float32Array
  /** Unit-length descriptors, not centred yet. */
  readonly parts: Record<PartName, Float32Array>
  /** Of the first embedder and the aligned face as it is, before it is scaled to unit length. */
  readonly raw: Float32Array
  /** Positive when the face was aligned the right way up, negative when not; undefined where no embedder can tell. */
  readonly upright: number | undefined
}

/** Runs all embedders over one face. Throws EMBEDDING_FAILED when one gives no direction, or landmarks or points say of no place. */
export async function embedFace(
  embedders: readonly Embedder[],
  pyramid: Pyramid,
  face: FacePoints,
): Promise<EmbeddedFace> {
  if (!isSomewhere(face)) throw noEmbedding()
  const vectors: Float32Array[] = []
  const weights: number[] = []
  let raw: Float32Array | undefined
  let upright: number | undefined
  const pooled: { readonly weight: number; readonly parts: Record<PartName, Float32Array> }[] = []
  for (const embedder of embedders) {
    const { input, alignment, views, weight, maps } = embedder
    const toImage = alignFace(alignment, face, input.size)
    const sum = new Sum()
    for (const [i, { scale, degrees, mirrored }] of (weight > 0 ? views : views.slice(0, 1)).entries()) {
      const view = turnChip(toImage, input.size, scale, degrees)
      await runOnChip(embedder, pyramid, view, false, (outputs) => {
        const vector = readVector(outputs, embedder.output)
        if (i === 0) {
          raw ??= vector.slice()
          upright ??= embedder.upright && measureUpright(embedder.upright, vector)
        }
        sum.add(vector)
        if (i > 0) return
        for (const map of maps) {
          pooled.push({
            weight: map.weight,
            parts: poolParts({ ...map, ...readMap(outputs, map) }, face.landmarks, view),
          })
        }
      })
      if (mirrored && weight > 0) {
        await runOnChip(embedder, pyramid, view, true, (outputs) => sum.add(readVector(outputs, embedder.output)))
      }
    }
    if (weight === 0) continue
    vectors.push(sum.direction())
    weights.push(weight)
  }
  const shares = pooled.map((map) => map.weight)
  return {
    raw: raw ?? new Float32Array(0),
    upright,
    embedding: joinWeighted(vectors, weights),
    parts: mapParts((part) =>
      joinWeighted(
        pooled.map(({ parts }) => normalise(parts[part])),
        shares,
      ),
    ),
  }
}

/** Whether all that a face is cut out by are numbers, and not all at one place. */
function isSomewhere({ landmarks, points }: FacePoints): boolean {
  const places = [landmarks, ...(points ? [points.flatMap(({ x, y }) => [x, y])] : [])]
  return places.every((place) => place.every(Number.isFinite) && place.some((value, i) => value !== place[i % 2]))
}

function alignFace(alignment: Alignment, { landmarks, points }: FacePoints, size: number): Similarity {
  if (alignment.template === 'arcface-112') return alignFivePoints(points ?? fivePointsOf(landmarks), size)
  return alignChip(landmarks, size, alignment.padding)
}

/** The transform of a chip that shows `scale` times as much, turned clockwise around the same centre. */
function turnChip(toImage: Similarity, size: number, scale: number, degrees: number): Similarity {
  if (scale === 1 && degrees === 0) return toImage
  const radians = (degrees * Math.PI) / 180
  const cos = scale * Math.cos(radians)
  const sin = scale * Math.sin(radians)
  const a = toImage.a * cos - toImage.b * sin
  const b = toImage.a * sin + toImage.b * cos
  const centre = applySimilarity(toImage, size / 2, size / 2)
  return { a, b, tx: centre.x - (a - b) * (size / 2), ty: centre.y - (a + b) * (size / 2) }
}

function noEmbedding(): FaceCompareError {
  return new FaceCompareError('EMBEDDING_FAILED', 'No embedding could be made of the face.')
}

/** The mean direction of vectors. */
class Sum {
  #sum: Float32Array | undefined

  add(vector: Float32Array): void {
    const unit = normalise(vector)
    // A vector of zeros, or of what is no number, is like nothing at all.
    if (!(lengthOf(unit) > 0.5)) {
      throw noEmbedding()
    }
    if (this.#sum) for (let i = 0; i < unit.length; i++) this.#sum[i]! += unit[i]!
    else this.#sum = unit
  }

  direction(): Float32Array {
    return normalise(this.#sum ?? new Float32Array(0))
  }
}

/** A copy of the vector. Throws an Error that goes on after the embedder's name. */
export function readVector(outputs: Outputs, name: string): Float32Array {
  const output = outputs.get(name)
  if (!output) throw new Error(`has no output ${name}`)
  if (!isVector(output))
    throw new Error(`gives an output of ${describeDims(output)} for one image where a vector is needed`)
  return output.data.slice()
}

/** `[1, N]`, or the same with sides of 1 after it. */
function isVector({ dims, data }: Tensor): boolean {
  const [batch, length = 0, ...rest] = dims
  return batch === 1 && length > 1 && rest.every((side) => side === 1) && data.length === length
}

/** Throws an Error that goes on after the embedder's name. */
export function readMap(
  outputs: Outputs,
  { output: name }: PartMap,
): { readonly values: Float32Array; readonly side: number } {
  const output = outputs.get(name)
  if (!output) throw new Error(`has no output ${name}`)
  const [batch, channels = 0, height = 0, width] = output.dims
  if (batch !== 1 || output.dims.length !== 4 || height !== width || channels * height === 0) {
    throw new Error(`gives an output ${name} of ${describeDims(output)} where a map of square planes is needed`)
  }
  return { values: output.data, side: height }
}

function describeDims({ dims }: Tensor): string {
  return `[${dims.join(', ')}]`
}
