import { createHash } from 'node:crypto'
import type { Models } from '../face/models.js'
import { type CachedFile, loadCached } from './cache.js'
import { convertLandmarks, convertResnet, LANDMARKS_SIZE, RESNET_SIZE } from './face-api-networks.js'
import { convertBlazeFace, convertFaceRes, DETECTOR_SIZE, FACERES_SIZE } from './human-networks.js'
import { createModel, type RunnableModel } from './session.js'
import { BLAZEFACE, DLIB_RESNET, FACERES, LANDMARK68, readSource, type Source } from './sources.js'

interface PackOptions {
  /** Where converted models are kept; made when missing. May be shared by any number of threads and processes. */
  readonly cacheDir: string
  /** Threads that one run may use. Default: 1. */
  readonly intraOpThreads?: number
  /** Told in one sentence when a converted model could not be kept; the pack works nevertheless. */
  readonly onWarning?: (sentence: string) => void
}

export interface LoadedPack {
  /** Stands for the exact content of the networks: embeddings of packs with different ids must not be compared. */
  readonly id: string
  readonly models: Models
  /** Frees the native memory; no run may follow. */
  readonly close: () => Promise<void>
}

/** To be raised with any change of the conversion, so that files of an older one are not taken for new ones. */
const CONVERSION_VERSION = 1

interface Network {
  readonly source: Source
  readonly inputSize: number
  readonly convert: (description: unknown, weights: Uint8Array) => Uint8Array
}

const NETWORKS = {
  detector: { source: BLAZEFACE, inputSize: DETECTOR_SIZE, convert: convertBlazeFace },
  landmarks: { source: LANDMARK68, inputSize: LANDMARKS_SIZE, convert: convertLandmarks },
  resnet: { source: DLIB_RESNET, inputSize: RESNET_SIZE, convert: convertResnet },
  faceres: { source: FACERES, inputSize: FACERES_SIZE, convert: convertFaceRes },
} as const satisfies Record<keyof Models, Network>

/**
 * Loads the networks of the default pack: converts the weights inside the installed packages at the first start, takes
 * them from the cache later.
 * @throws FaceCompareError INTERNAL when a package is missing or its weights are not the pinned ones
 */
export async function loadDefaultPack(options: PackOptions): Promise<LoadedPack> {
  const loaded = await Promise.allSettled([
    loadNetwork('detector', options),
    loadNetwork('landmarks', options),
    loadNetwork('resnet', options),
    loadNetwork('faceres', options),
  ])
  const closeAll = async () => {
    await Promise.all(loaded.map((result) => (result.status === 'fulfilled' ? result.value.model.close() : undefined)))
  }
  try {
    const [detector, landmarks, resnet, faceres] = [take(loaded[0]), take(loaded[1]), take(loaded[2]), take(loaded[3])]
    return {
      id: packId([detector.sha256, landmarks.sha256, resnet.sha256, faceres.sha256]),
      models: { detector: detector.model, landmarks: landmarks.model, resnet: resnet.model, faceres: faceres.model },
      close: closeAll,
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

interface LoadedNetwork {
  readonly model: RunnableModel
  readonly sha256: string
}

/**
 * Converts what the cache does not have yet, so that threads which load the pack at the same time find it there.
 * @throws FaceCompareError INTERNAL when a package is missing or its weights are not the pinned ones
 */
export async function convertDefaultPack(options: PackOptions): Promise<void> {
  await Promise.all([
    convertNetwork('detector', options),
    convertNetwork('landmarks', options),
    convertNetwork('resnet', options),
    convertNetwork('faceres', options),
  ])
}

async function loadNetwork(name: keyof Models, options: PackOptions): Promise<LoadedNetwork> {
  const { bytes, sha256 } = await convertNetwork(name, options)
  const { inputSize } = NETWORKS[name]
  return { model: await createModel(bytes, { inputSize, intraOpThreads: options.intraOpThreads ?? 1 }), sha256 }
}

function convertNetwork(name: keyof Models, options: PackOptions): Promise<CachedFile> {
  const { source, convert } = NETWORKS[name]
  return loadCached({
    cacheDir: options.cacheDir,
    name,
    key: conversionKey(source),
    build: async () => {
      const { description, weights } = await readSource(source)
      return convert(description, weights)
    },
    onWarning: options.onWarning,
  })
}

function take(result: PromiseSettledResult<LoadedNetwork>): LoadedNetwork {
  if (result.status === 'rejected') throw result.reason
  return result.value
}

function conversionKey(source: Source): string {
  return sha256(`${CONVERSION_VERSION} ${source.description.sha256} ${source.weights.sha256}`)
}

function packId(hashes: readonly string[]): string {
  return `default-${sha256(hashes.join(' ')).slice(0, 12)}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
