import { type Embedder, runEmbedder } from '../pipeline/embedder.js'
import { type GridDetector, runGridDetector } from '../pipeline/grid-detector.js'
import type { ManifestPipeline, Member } from '../pipeline/manifest-pipeline.js'
import { SCRFD } from '../pipeline/scrfd.js'
import { YUNET } from '../pipeline/yunet.js'
import { describeFile, type PackFolder, packError, readPackFile } from './folder.js'
import {
  DEFAULT_DETECTOR_SIZE,
  DETECTOR_SIZE_STEP,
  type DetectorEntry,
  type EmbedderEntry,
  type PackFile,
} from './manifest.js'
import { inspectOnnx, type OnnxSummary } from './onnx-reader.js'
import { createTensorModel, type Port, type RunnableTensorModel } from './session.js'

/** One network of a pack after it has been loaded and run once. */
export interface LoadedNetwork {
  /** Such as `embedder 1`. */
  readonly role: string
  readonly file: string
  /** Side of the square input in pixels. */
  readonly inputSize: number
  /** Numbers of the embedding; absent for a detector. */
  readonly length?: number
}

export interface LoadedPackNetworks {
  readonly pipeline: ManifestPipeline
  readonly networks: readonly LoadedNetwork[]
  /** Frees the native memory; no run may follow. */
  readonly close: () => Promise<void>
}

type OnnxEntry = Extract<EmbedderEntry, { readonly kind: 'onnx' }>
type GridEntry = Exclude<DetectorEntry, { readonly kind: 'default' }>

/**
 * Loads the networks of a pack, holds them to their hashes and to what the manifest says of them, and runs each once on a
 * blank image. Throws FaceCompareError INTERNAL with one sentence.
 */
export async function loadPackNetworks(pack: PackFolder, intraOpThreads: number): Promise<LoadedPackNetworks> {
  const { detector, alignment, embedders, weights } = pack.manifest
  const opened: RunnableTensorModel[] = []
  const networks: LoadedNetwork[] = []
  const close = async () => {
    await Promise.all(opened.map((model) => model.close()))
  }
  const open = async (role: string, entry: PackFile): Promise<RunnableTensorModel> => {
    const model = await openFile(pack, role, entry, intraOpThreads)
    opened.push(model)
    return model
  }
  try {
    const loadedDetector = detector.kind === 'default' ? detector.kind : await loadDetector(pack, detector, open)
    if (detector.kind !== 'default' && loadedDetector !== 'default') {
      networks.push({ role: 'the detector', file: detector.file, inputSize: loadedDetector.inputSize })
    }
    const members: Member[] = []
    for (const [i, entry] of embedders.entries()) {
      const weight = weights[i]!
      if (entry.kind === 'default') {
        members.push({ kind: 'default', weight })
        continue
      }
      const role = `embedder ${i + 1}`
      const { embedder, length } = await loadEmbedder(pack, role, entry, open)
      members.push({ kind: 'onnx', weight, embedder, mirrored: entry.mirrored })
      networks.push({ role, file: entry.file, inputSize: entry.inputShape.size, length })
    }
    return { pipeline: { detector: loadedDetector, alignment, members }, networks, close }
  } catch (error) {
    await close()
    throw error
  }
}

type Open = (role: string, entry: PackFile) => Promise<RunnableTensorModel>

async function openFile(
  pack: PackFolder,
  role: string,
  entry: PackFile,
  intraOpThreads: number,
): Promise<RunnableTensorModel> {
  const named = describeFile(role, entry)
  const bytes = await readPackFile(pack, role, entry)
  let summary: OnnxSummary
  try {
    summary = inspectOnnx(bytes)
  } catch (cause) {
    throw packError(pack.name, `${named} is no ONNX model`, cause)
  }
  if (summary.hasExternalData) {
    throw packError(pack.name, `${named} keeps its weights in another file; only models in a single file are supported`)
  }
  return createTensorModel(bytes, intraOpThreads).catch((cause: unknown) => {
    const newest = /till opset (\d+)/.exec(String(cause))?.[1]
    if (newest !== undefined) {
      throw packError(
        pack.name,
        `${named} is written for opset ${summary.opset}; the newest supported one is ${newest}`,
        cause,
      )
    }
    throw packError(pack.name, `${named} is refused by the inference runtime: ${shorten(cause)}`, cause)
  })
}

/** The runtime's reason without its own places and codes, at most a line. */
function shorten(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  const [line = ''] = text.replace(/^\S*onnxruntime_src\S*:\d+ .*?\) (?=[A-Z])/, '').split('\n')
  return line.slice(0, 200).replace(/[.\s]+$/, '')
}

async function loadEmbedder(pack: PackFolder, role: string, entry: OnnxEntry, open: Open) {
  const model = await open(role, entry)
  const fail = (what: string, cause?: unknown) => packError(pack.name, `${describeFile(role, entry)} ${what}`, cause)
  const { inputShape } = entry
  const { size, layout } = inputShape
  const wanted = layout === 'NCHW' ? [1, 3, size, size] : [1, size, size, 3]
  const input = onlyInput(model, fail)
  if (entry.input !== undefined && entry.input !== input.name) {
    throw fail(`has the input ${input.name}, but the manifest names ${entry.input}`)
  }
  checkInput(input, wanted, `${layout} and ${size} pixels`, fail)
  const names = model.outputs.map(({ name }) => name)
  if (entry.output === undefined && names.length !== 1) {
    throw fail(`has ${names.length} outputs (${names.slice(0, 8).join(', ')}); name one of them in the manifest`)
  }
  if (entry.output !== undefined && !names.includes(entry.output)) {
    throw fail(`has no output ${entry.output}; it has ${names.slice(0, 8).join(', ')}`)
  }
  const output = entry.output ?? names[0]!
  const type = model.outputs.find(({ name }) => name === output)?.type
  if (type !== 'float32') throw fail(`has an output of type ${type || 'no tensor'}; only float32 is supported`)
  const embedder: Embedder = { model, input: inputShape, output }
  const blank = new Float32Array(3 * size * size)
  const vector = await runEmbedder(embedder, blank).catch((cause: unknown) => {
    throw fail(shorten(cause), cause)
  })
  return { embedder, length: vector.length }
}

async function loadDetector(pack: PackFolder, entry: GridEntry, open: Open): Promise<GridDetector> {
  const role = 'the detector'
  const model = await open(role, entry)
  const fail = (what: string, cause?: unknown) => packError(pack.name, `${describeFile(role, entry)} ${what}`, cause)
  const input = onlyInput(model, fail)
  const declared = input.shape[2]
  const isDeclared = typeof declared === 'number' && declared > 0
  const inputSize = entry.inputSize ?? (isDeclared ? declared : DEFAULT_DETECTOR_SIZE)
  checkInput(input, [1, 3, inputSize, inputSize], `a square of ${inputSize} pixels`, fail)
  if (inputSize % DETECTOR_SIZE_STEP !== 0)
    throw fail(`wants ${inputSize} pixels, no multiple of ${DETECTOR_SIZE_STEP}`)
  const kind = entry.kind === 'yunet' ? YUNET : SCRFD
  const detector: GridDetector = { kind, model, inputSize, minScore: entry.minScore ?? kind.minScore }
  await runGridDetector(detector, new Float32Array(3 * inputSize * inputSize)).catch((cause: unknown) => {
    throw fail(shorten(cause), cause)
  })
  return detector
}

type Fail = (what: string, cause?: unknown) => Error

function onlyInput({ inputs }: RunnableTensorModel, fail: Fail): Port {
  const [input] = inputs
  if (!input || inputs.length !== 1) throw fail(`has ${inputs.length} inputs; only networks with one are supported`)
  if (input.type !== 'float32')
    throw fail(`has an input of type ${input.type || 'no tensor'}; only float32 is supported`)
  return input
}

/** A size that the file leaves open fits any. */
function checkInput({ shape }: Port, wanted: readonly number[], named: string, fail: Fail): void {
  if (shape.length === 0) return
  const fits =
    shape.length === wanted.length &&
    shape.every((side, i) => typeof side !== 'number' || side < 1 || side === wanted[i])
  if (!fits) throw fail(`has an input of [${shape.join(', ')}], which does not fit [${wanted.join(', ')}] (${named})`)
}
