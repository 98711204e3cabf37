import { createHash } from 'node:crypto'
import type { Models } from '../pipeline/models.js'
import { type CachedFile, loadCached } from './cache.js'
import { convertLandmarks, convertResnet, LANDMARKS_SIZE, RESNET_SIZE } from './face-api-networks.js'
import {
  COARSE_DETECTOR_SIZE,
  convertBlazeFace,
  convertCoarseBlazeFace,
  convertFaceRes,
  convertFineBlazeFace,
  DETECTOR_SIZE,
  FACERES_SIZE,
  FINE_DETECTOR_SIZE,
} from './human-networks.js'
import { type Network, serialiseNetwork } from './onnx-writer.js'
import { DEFAULT_QUANTISATION_FILE, type QuantisedNetwork, readQuantisationFile } from './quantisation-file.js'
import { quantiseNetwork } from './quantise-network.js'
import { BLAZEFACE, DLIB_RESNET, FACERES, LANDMARK68, readSource, type Source } from './sources.js'

export type Precision = 'int8' | 'fp32'

export interface DefaultPackOptions {
  /** Where converted models are kept; made when missing. May be shared by any number of threads and processes. */
  readonly cacheDir: string
  /** Threads that one run may use. Default: 1. */
  readonly intraOpThreads?: number
  /** What the embedders compute in; the two make slightly different embeddings. Default: int8, in half the time. */
  readonly precision?: Precision
  /** Told in one sentence when a converted model could not be kept; the pack works nevertheless. */
  readonly onWarning?: (sentence: string) => void
}

/** To be raised with any change of the conversion, so that files of an older one are not taken for new ones. */
const CONVERSION_VERSION = 3

interface NetworkSource {
  readonly source: Source
  readonly inputSize: number
  readonly convert: (description: unknown, weights: Uint8Array) => Network
}

export const NETWORKS = {
  detector: { source: BLAZEFACE, inputSize: DETECTOR_SIZE, convert: convertBlazeFace },
  coarseDetector: { source: BLAZEFACE, inputSize: COARSE_DETECTOR_SIZE, convert: convertCoarseBlazeFace },
  fineDetector: { source: BLAZEFACE, inputSize: FINE_DETECTOR_SIZE, convert: convertFineBlazeFace },
  landmarks: { source: LANDMARK68, inputSize: LANDMARKS_SIZE, convert: convertLandmarks },
  resnet: { source: DLIB_RESNET, inputSize: RESNET_SIZE, convert: convertResnet },
  faceres: { source: FACERES, inputSize: FACERES_SIZE, convert: convertFaceRes },
} as const satisfies Record<keyof Models, NetworkSource>

export const NAMES = [
  'detector',
  'coarseDetector',
  'fineDetector',
  'landmarks',
  'resnet',
  'faceres',
] as const satisfies readonly (keyof Models)[]

/**
 * Converts what the cache does not have yet, so that processes which load the pack at the same time find it there.
 * Returns the pack's id.
 * @throws FaceCompareError INTERNAL when a package is missing or its weights are not the pinned ones
 */
export async function convertDefaultPack(options: DefaultPackOptions): Promise<string> {
  const files = await Promise.all(NAMES.map((name) => convertNetwork(name, options)))
  return packId(files.map(({ sha256 }) => sha256))
}

/** What is known of a network without loading it. */
export interface NetworkSummary {
  readonly name: string
  /** Inside the package that it comes with. */
  readonly file: string
  readonly licence: string
  /** Side of the square input in pixels. */
  readonly inputSize: number
  /** Of the weights, in hex. */
  readonly sha256: string
  readonly precision: Precision
}

/** The networks of the default pack, as they are run unless told otherwise. */
export function listDefaultNetworks(): readonly NetworkSummary[] {
  return NAMES.map((name) => {
    const { source, inputSize } = NETWORKS[name]
    return {
      name,
      file: `${source.package}/${source.weights.path}`,
      licence: source.licence,
      inputSize,
      sha256: source.weights.sha256,
      precision: isEmbedder(name) ? 'int8' : 'fp32',
    }
  })
}

export async function convertNetwork(name: keyof Models, options: DefaultPackOptions): Promise<CachedFile> {
  const { cacheDir, onWarning, precision = 'int8' } = options
  const { source } = NETWORKS[name]
  if (precision === 'fp32' || !isEmbedder(name)) {
    const build = async () => serialiseNetwork(await readNetwork(name))
    return loadCached({ cacheDir, name, key: conversionKey(source), build, onWarning })
  }
  const { networks, sha256: quantisationHash } = await readQuantisationFile(DEFAULT_QUANTISATION_FILE)
  return loadCached({
    cacheDir,
    name: `${name}-int8`,
    key: conversionKey(source, quantisationHash),
    build: async () => serialiseNetwork(quantiseNetwork(await readNetwork(name), networks[name])),
    onWarning,
  })
}

function isEmbedder(name: keyof Models): name is QuantisedNetwork {
  return name === 'resnet' || name === 'faceres'
}

/**
 * One network of the pack in float32, as data.
 * @throws FaceCompareError INTERNAL when a package is missing or its weights are not the pinned ones
 */
export async function readNetwork(name: keyof Models): Promise<Network> {
  const { source, convert } = NETWORKS[name]
  const { description, weights } = await readSource(source)
  return convert(description, weights)
}

function conversionKey(source: Source, ...others: readonly string[]): string {
  return sha256([CONVERSION_VERSION, source.description.sha256, source.weights.sha256, ...others].join(' '))
}

export function packId(hashes: readonly string[]): string {
  return `default-${sha256(hashes.join(' ')).slice(0, 12)}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
