import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGraph, type Shape, serialiseNetwork } from '../../src/packs/onnx-writer.js'

/** Small networks of the kinds that packs are made of; they know nothing of faces, but equal pixels give equal numbers. */

export interface EmbedderShape {
  readonly input?: Shape
  readonly output?: Shape
  /** Where the file gives its vector as `[1, N, 1, 1]`. */
  readonly asMap?: boolean
  readonly outputs?: number
}

const SIZE = 112
const CELLS = 7
export const EMBEDDING_LENGTH = 16

/** Means over a grid of 7 x 7 cells, mixed into 16 numbers. */
export function embedderFile(shape: EmbedderShape = {}): Uint8Array {
  const { input = ['N', 3, SIZE, SIZE], asMap = false, outputs = 1 } = shape
  const graph = createGraph('embedder', { name: 'data', shape: input })
  const kernel = SIZE / CELLS
  const pooled = graph.node('AveragePool', [graph.input], { kernel_shape: [kernel, kernel], strides: [kernel, kernel] })
  const flat = graph.node('Flatten', [pooled], { axis: 1 })
  const columns = 3 * CELLS * CELLS
  const mix = Float32Array.from({ length: columns * EMBEDDING_LENGTH }, (_, i) => Math.sin(1 + i * 12.9898))
  const vector = graph.node('MatMul', [flat, graph.floats(mix, [columns, EMBEDDING_LENGTH])])
  const value = asMap ? graph.node('Unsqueeze', [vector, graph.integers([2, 3])]) : vector
  const declared = shape.output ?? (asMap ? ['N', EMBEDDING_LENGTH, 1, 1] : ['N', EMBEDDING_LENGTH])
  const named = Array.from({ length: outputs }, (_, i) => ({
    name: i === 0 ? 'vector' : `other${i}`,
    value: i === 0 ? value : graph.node('Identity', [value]),
    shape: declared,
  }))
  return serialiseNetwork(graph.finish(named))
}

/** An embedder whose output is no vector but the whole pooled picture. */
export function mapFile(): Uint8Array {
  const graph = createGraph('map', { name: 'data', shape: [1, 3, SIZE, SIZE] })
  const value = graph.node('Identity', [graph.input])
  return serialiseNetwork(graph.finish([{ name: 'map', value, shape: [1, 3, SIZE, SIZE] }]))
}

export const DETECTOR_SIZE = 64

/** The cell that the detectors below see a face in, and how they see it: all of the middle of the picture. */
const STRIDE = 8
const CELLS_8 = DETECTOR_SIZE / STRIDE
const MIDDLE = (CELLS_8 / 2) * CELLS_8 + CELLS_8 / 2
/** Offsets of the five points from the middle of the picture, in strides: an upright face. */
const POINTS = [-1.1, -0.9, 1.1, -0.9, 0, 0.2, -0.8, 1.3, 0.8, 1.3]

function detectorFile(
  outputs: readonly (readonly [name: string, values: Float32Array, shape: readonly number[]])[],
  side: number | string = DETECTOR_SIZE,
) {
  const graph = createGraph('detector', { name: 'input', shape: [1, 3, side, side] })
  // A network must do something with its input, even if it makes no difference.
  const sum = graph.node('ReduceMean', [graph.input], { axes: [0, 1, 2, 3], keepdims: 0 })
  const nothing = graph.node('Mul', [sum, graph.floats(Float32Array.of(0), [])])
  return serialiseNetwork(
    graph.finish(
      outputs.map(([name, values, shape]) => ({
        name,
        value: graph.node('Add', [graph.floats(values, shape), nothing]),
        shape,
      })),
    ),
  )
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
