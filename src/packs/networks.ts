import { runOnChip } from '../pipeline/chip.js'
import { type Detector, lookAt } from '../pipeline/detect.js'
import { type Embedder, readMap, readVector } from '../pipeline/embed.js'
import { findLandmarks, type LandmarkModel } from '../pipeline/landmarks.js'
import { Pyramid } from '../pipeline/pyramid.js'
import { RFB } from '../pipeline/rfb.js'
import { SCRFD } from '../pipeline/scrfd.js'
import { YUNET } from '../pipeline/yunet.js'
import { describeFile, packError, readPackFile } from './folder.js'
import { inspectOnnx, type OnnxSummary } from './onnx-reader.js'
import type { EmbedderPiece, Piece, ResolvedPack } from './resolve.js'
import { type OpenNetwork, openNetwork, type Port } from './session.js'

/** The networks of a pack, ready to run. */
export interface LoadedPack {
  readonly detector: Detector
  readonly landmarks: LandmarkModel
  readonly embedders: readonly Embedder[]
  readonly networks: readonly LoadedNetwork[]
  /** Frees the native memory; no run may follow. */
  readonly close: () => Promise<void>
}

/** One network of a pack after it has been loaded and run once. */
export interface LoadedNetwork {
  /** The name of the pack whose file it is. */
  readonly pack: string
  /** Such as `embedder 1`. */
  readonly role: string
  readonly file: string
  /** Side of the square input in pixels; undefined for one that takes any size. */
  readonly inputSize: number | undefined
  /** What it gives, for a person. */
  readonly gives: string
}

const DETECTORS = { rfb: RFB, yunet: YUNET, scrfd: SCRFD } as const
/** What every network is shown once: it must take what the manifest says of it, and give what its kind gives. */
const BLANK_SIDE = 64

/**
 * Loads the networks of a pack, holds them to their hashes and to what the manifest says of them, and runs each once on a
 * blank image. Throws FaceCompareError INTERNAL with one sentence.
 */
export async function loadNetworks(pack: ResolvedPack, intraOpThreads: number): Promise<LoadedPack> {
  const opened: OpenNetwork[] = []
  const close = async () => {
    await Promise.all(opened.map((network) => network.close()))
  }
  const open: Open = async (piece) => {
    const network = await openPiece(piece, intraOpThreads)
    opened.push(network)
    return network
  }
  try {
    const detector = await loadDetector(pack.detector, open)
    const landmarks = await loadLandmarks(pack.landmarks, open)
    const embedders = []
    for (const piece of pack.embedders) embedders.push(await loadEmbedder(piece, open))
    return {
      detector: detector.loaded,
      landmarks: landmarks.loaded,
      embedders: embedders.map(({ loaded }) => loaded),
      networks: [detector, landmarks, ...embedders].map(({ network }) => network),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

type Open = (piece: Piece) => Promise<OpenNetwork>

async function openPiece({ pack, role, entry }: Piece, intraOpThreads: number): Promise<OpenNetwork> {
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
  return openNetwork(bytes, intraOpThreads).catch((cause: unknown) => {
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

type Fail = (what: string, cause?: unknown) => Error

function failureOf({ pack, role, entry }: Piece): Fail {
  return (what, cause) => packError(pack.name, `${describeFile(role, entry)} ${what}`, cause)
}

function blank(side: number): Pyramid {
  return new Pyramid({ width: side, height: side, data: new Uint8Array(3 * side * side) })
}

async function loadDetector(piece: ResolvedPack['detector'], open: Open) {
  const { pack, role, entry } = piece
  const fail = failureOf(piece)
  const network = await open(piece)
  const input = onlyInput(network, fail)
  const kind = DETECTORS[entry.kind]
  const declared = input.shape[2]
  const inputSize = entry.inputSize ?? (typeof declared === 'number' && declared > 0 ? declared : undefined)
  const wanted = inputSize ?? 'any'
  checkInput(
    input,
    [1, 3, wanted, wanted],
    inputSize === undefined ? 'any size' : `a square of ${inputSize} pixels`,
    fail,
  )
  if (inputSize !== undefined && inputSize % kind.step !== 0) {
    throw fail(`wants ${inputSize} pixels, no multiple of ${kind.step}`)
  }
  const detector: Detector = {
    kind,
    network,
    minScore: entry.minScore ?? kind.minScore,
    ...(inputSize !== undefined && { inputSize }),
  }
  const side = inputSize ?? BLANK_SIDE
  const view = { x: side / 2, y: side / 2, width: side, height: side, scale: 1, roll: 0 }
  await lookAt(detector, blank(side), view).catch((cause: unknown) => {
    throw fail(shorten(cause), cause)
  })
  return { loaded: detector, network: { pack: pack.name, role, file: entry.file, inputSize, gives: 'faces' } }
}

async function loadLandmarks(piece: ResolvedPack['landmarks'], open: Open) {
  const { pack, role, entry } = piece
  const fail = failureOf(piece)
  const network = await open(piece)
  const output = checkPorts(network, entry, fail)
  const { inputForm, cropSide } = entry
  const { size } = inputForm
  const loaded: LandmarkModel = { network, input: inputForm, output, cropSide }
  const box = { x: 0, y: 0, width: size, height: size }
  await findLandmarks(loaded, blank(size), { box, roll: 0 }).catch((cause: unknown) => {
    throw fail(shorten(cause), cause)
  })
  return { loaded, network: { pack: pack.name, role, file: entry.file, inputSize: size, gives: '68 landmarks' } }
}

async function loadEmbedder(piece: EmbedderPiece, open: Open) {
  const { pack, role, entry, alignment, weight, maps } = piece
  const fail = failureOf(piece)
  const network = await open(piece)
  const { inputForm: input, views } = entry
  const output = checkPorts(
    network,
    entry,
    fail,
    maps.map((map) => map.output),
  )
  const embedder: Embedder = { network, input, output, alignment, views, weight, maps }
  const asIs = { a: 1, b: 0, tx: 0, ty: 0 }
  const length = await runOnChip(embedder, blank(input.size), asIs, false, (outputs) => {
    for (const map of maps) readMap(outputs, map)
    return readVector(outputs, output).length
  }).catch((cause: unknown) => {
    throw fail(shorten(cause), cause)
  })
  const gives = [`embedding ${length}`, ...(maps.length > 0 ? ['parts'] : [])].join(', ')
  return { loaded: embedder, network: { pack: pack.name, role, file: entry.file, inputSize: input.size, gives } }
}

/** Holds a network to what the manifest says of its input and outputs; gives the name of the output that is read. */
function checkPorts(
  network: OpenNetwork,
  {
    inputForm: { size, layout },
    input: named,
    output,
  }: ResolvedPack['embedders'][number]['entry'] | ResolvedPack['landmarks']['entry'],
  fail: Fail,
  besides: readonly string[] = [],
): string {
  const input = onlyInput(network, fail)
  if (named !== undefined && named !== input.name) {
    throw fail(`has the input ${input.name}, but the manifest names ${named}`)
  }
  checkInput(input, layout === 'NCHW' ? [1, 3, size, size] : [1, size, size, 3], `${layout} and ${size} pixels`, fail)
  const names = network.outputs.map(({ name }) => name)
  if (output === undefined && names.length !== 1) {
    throw fail(`has ${names.length} outputs (${names.slice(0, 8).join(', ')}); name one of them in the manifest`)
  }
  const read = output ?? names[0] ?? ''
  for (const name of [read, ...besides]) {
    const port = network.outputs.find((other) => other.name === name)
    if (!port) throw fail(`has no output ${name}; it has ${names.slice(0, 8).join(', ')}`)
    if (port.type !== 'float32')
      throw fail(`has an output of type ${port.type || 'no tensor'}; only float32 is supported`)
  }
  return read
}

function onlyInput({ inputs }: OpenNetwork, fail: Fail): Port {
  const [input] = inputs
  if (!input || inputs.length !== 1) throw fail(`has ${inputs.length} inputs; only networks with one are supported`)
  if (input.type !== 'float32')
    throw fail(`has an input of type ${input.type || 'no tensor'}; only float32 is supported`)
  return input
}

/** A size that the file leaves open fits any, and any size must be left open. */
function checkInput({ shape }: Port, wanted: readonly (number | 'any')[], named: string, fail: Fail): void {
  if (shape.length === 0) return
  const fits =
    shape.length === wanted.length &&
    shape.every((side, i) => typeof side !== 'number' || side < 1 || side === wanted[i])
  if (!fits) throw fail(`has an input of [${shape.join(', ')}], which does not fit [${wanted.join(', ')}] (${named})`)
}
