import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGraph } from '../../support/build-network.js'
import { writeOnnx } from '../../tools/onnx/file.js'
import type { Shape } from '../../tools/onnx/graph.js'

/** Small networks of the kinds that packs are made of; they know nothing of faces, but equal pixels give equal numbers. */

export interface EmbedderShape {
  readonly input?: Shape
  readonly output?: Shape
  /** Where the file gives its vector as `[1, N, 1, 1]`. */
  readonly asMap?: boolean
  readonly outputs?: number
  /** Whether there is a second output `cells`, `[N, 3, 7, 7]`: the means. */
  readonly cells?: boolean
  /** Of all numbers of the vector. */
  readonly factor?: number
}

const SIZE = 112
const CELLS = 7
export const EMBEDDING_LENGTH = 16

/** Means over a grid of 7 x 7 cells, mixed into 16 numbers. */
export function embedderFile(shape: EmbedderShape = {}): Uint8Array {
  const { input = ['N', 3, SIZE, SIZE], asMap = false, outputs = 1, cells = false, factor = 1 } = shape
  const graph = createGraph('embedder', { name: 'data', shape: input })
  const kernel = SIZE / CELLS
  const pooled = graph.node('AveragePool', [graph.input], { kernel_shape: [kernel, kernel], strides: [kernel, kernel] })
  const flat = graph.node('Flatten', [pooled], { axis: 1 })
  const columns = 3 * CELLS * CELLS
  const mix = Float32Array.from({ length: columns * EMBEDDING_LENGTH }, (_, i) => factor * Math.sin(1 + i * 12.9898))
  const vector = graph.node('MatMul', [flat, graph.floats(mix, [columns, EMBEDDING_LENGTH])])
  const value = asMap ? graph.node('Unsqueeze', [vector, graph.integers([2, 3])]) : vector
  const declared = shape.output ?? (asMap ? ['N', EMBEDDING_LENGTH, 1, 1] : ['N', EMBEDDING_LENGTH])
  const named = Array.from({ length: outputs }, (_, i) => ({
    name: i === 0 ? 'vector' : `other${i}`,
    value: i === 0 ? value : graph.node('Identity', [value]),
    shape: declared,
  }))
  const map = { name: 'cells', value: pooled, shape: ['N', 3, CELLS, CELLS] }
  return writeOnnx(graph.finish(cells ? [...named, map] : named))
}

/** An embedder whose output is no vector but the whole pooled picture. */
export function mapFile(): Uint8Array {
  const graph = createGraph('map', { name: 'data', shape: [1, 3, SIZE, SIZE] })
  const value = graph.node('Identity', [graph.input])
  return writeOnnx(graph.finish([{ name: 'map', value, shape: [1, 3, SIZE, SIZE] }]))
}

export const DETECTOR_SIZE = 64

/** The cell that the detectors below see a face in, and how they see it: all of the middle of the picture. */
const STRIDE = 8
const CELLS_8 = DETECTOR_SIZE / STRIDE
const MIDDLE = (CELLS_8 / 2) * CELLS_8 + CELLS_8 / 2
/** Offsets of the five points from the middle of the picture, in strides: an upright face. */
const POINTS = [-1.1, -0.9, 1.1, -0.9, 0, 0.2, -0.8, 1.3, 0.8, 1.3]

/** Up to which landmark there is a circle of them: its centre and radius, in units of the crop. */
const LANDMARK_CIRCLES = [
  [16, 0.5, 0.5, 0.4],
  [21, 0.35, 0.3, 0.06],
  [26, 0.65, 0.3, 0.06],
  [35, 0.5, 0.52, 0.07],
  [41, 0.35, 0.4, 0.04],
  [47, 0.65, 0.4, 0.04],
  [67, 0.5, 0.72, 0.1],
] as const

function detectorFile(
  outputs: readonly (readonly [name: string, values: Float32Array, shape: readonly number[]])[],
  side: number | string = DETECTOR_SIZE,
) {
  const graph = createGraph('detector', { name: 'input', shape: [1, 3, side, side] })
  // A network must do something with its input, even if it makes no difference.
  const sum = graph.node('ReduceMean', [graph.input], { axes: [0, 1, 2, 3], keepdims: 0 })
  const nothing = graph.node('Mul', [sum, graph.floats(Float32Array.of(0), [])])
  return writeOnnx(
    graph.finish(
      outputs.map(([name, values, shape]) => ({
        name,
        value: graph.node('Add', [graph.floats(values, shape), nothing]),
        shape,
      })),
    ),
  )
}

/** An rfb that sees the same face as the others, without points. */
export function rfbFile(): Uint8Array {
  const priors = [8, 16, 32, 64].reduce((sum, stride, i) => sum + (DETECTOR_SIZE / stride) ** 2 * [3, 2, 2, 3][i]!, 0)
  const logits = Float32Array.from({ length: 2 * priors }, (_, i) => (i % 2 === 0 ? 4 : -4))
  const offsets = new Float32Array(4 * priors)
  // The third of three sizes: 24 pixels around the middle of the cell, which lies half a cell beside that of the picture.
  const at = 3 * MIDDLE + 2
  logits.set([-4, 4], 2 * at)
  const [shift, width, height] = [-STRIDE / 2 / (0.1 * 24), Math.log(32 / 24) / 0.2, Math.log(40 / 24) / 0.2]
  offsets.set([shift, shift, width, height], 4 * at)
  return detectorFile([
    ['logits', logits, [1, priors, 2]],
    ['offsets', offsets, [1, priors, 4]],
  ])
}

export const LANDMARKS_SIZE = 48

/** Sees the same upright face in the middle of every picture: 136 numbers, 0..1. */
export const LANDMARKS = Float32Array.from({ length: 136 }, (_, i) => {
  const point = Math.floor(i / 2)
  const [, centreX, centreY, radius] = LANDMARK_CIRCLES.find(([last]) => point <= last) ?? [67, 0.5, 0.5, 0]
  const angle = 2.4 * point
  return i % 2 === 0 ? centreX + radius * Math.cos(angle) : centreY + radius * Math.sin(angle)
})

/** Networks of landmarks have one input and give `[1, 136]`. */
export function landmarksFile(numbers: Float32Array = LANDMARKS): Uint8Array {
  return detectorFile([['points', numbers, [1, numbers.length]]], LANDMARKS_SIZE)
}

/** The part of a manifest that describes {@link landmarksFile}. */
export function landmarksEntry(file: string, bytes: Uint8Array) {
  return {
    kind: '68-points',
    file,
    sha256: sha256(bytes),
    layout: 'NCHW',
    size: LANDMARKS_SIZE,
    channels: 'rgb',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
    cropSide: 1.2,
  }
}

/** A yunet that sees one face in the middle of every picture, half as wide as the picture. */
export function yunetFile(size?: 'any size'): Uint8Array {
  const outputs = [8, 16, 32].flatMap((stride) => {
    const rows = (DETECTOR_SIZE / stride) ** 2
    const fill = (name: string, columns: number, values: readonly number[]) => {
      const numbers = new Float32Array(rows * columns)
      if (stride === STRIDE) numbers.set(values, MIDDLE * columns)
      return [`${name}_${stride}`, numbers, [1, rows, columns]] as const
    }
    return [
      fill('cls', 1, [0.99]),
      fill('obj', 1, [0.98]),
      fill('bbox', 4, [0, 0, Math.log(4), Math.log(5)]),
      fill('kps', 10, POINTS),
    ]
  })
  return detectorFile(outputs, size && 'side')
}

/** A scrfd, with numbers for names as the published ones, that sees the same face. */
export function scrfdFile(): Uint8Array {
  const byKind = [
    [1, [0.97]],
    [4, [2, 2.5, 2, 2.5]],
    [10, POINTS],
  ] as const
  const outputs = byKind.flatMap(([columns, values], kind) =>
    [8, 16, 32].map((stride, i) => {
      const rows = 2 * (DETECTOR_SIZE / stride) ** 2
      const numbers = new Float32Array(rows * columns)
      if (stride === STRIDE) numbers.set(values, 2 * MIDDLE * columns)
      return [String(440 + 3 * kind + i), numbers, [rows, columns]] as const
    }),
  )
  return detectorFile(outputs)
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The part of a manifest that describes {@link embedderFile}. */
export function embedderEntry(file: string, bytes: Uint8Array) {
  return {
    kind: 'onnx',
    file,
    sha256: sha256(bytes),
    layout: 'NCHW',
    size: SIZE,
    channels: 'rgb',
    mean: [127.5, 127.5, 127.5],
    scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  }
}

/** A manifest that reads well: a yunet and one embedder. */
export function goodManifest(yunet: Uint8Array = yunetFile(), embedder: Uint8Array = embedderFile()) {
  return {
    format: 1,
    name: 'tiny',
    licence: 'Apache-2.0',
    detector: { kind: 'yunet', file: 'yunet.onnx', sha256: sha256(yunet) },
    alignment: { template: 'arcface-112' },
    embedders: [embedderEntry('embedder.onnx', embedder)],
  }
}

export async function writePack(
  folder: string,
  manifest: unknown,
  files: Readonly<Record<string, Uint8Array>> = { 'yunet.onnx': yunetFile(), 'embedder.onnx': embedderFile() },
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  await writeFile(join(folder, 'pack.json'), typeof manifest === 'string' ? manifest : JSON.stringify(manifest))
}
