import type { Models } from '../pipeline/models.js'
import { convertNetwork, type DefaultPackOptions, NAMES, NETWORKS, packId } from './default-networks.js'
import { createModel, type RunnableModel } from './session.js'

export interface LoadedPack {
  /** Stands for the exact content of the networks: embeddings of packs with different ids must not be compared. */
  readonly id: string
  readonly models: Models
  /** Frees the native memory; no run may follow. */
  readonly close: () => Promise<void>
}

/**
 * Loads the networks of the default pack: converts the weights inside the installed packages at the first start, takes
 * them from the cache later.
 * @throws FaceCompareError INTERNAL when a package is missing or its weights are not the pinned ones
 */
export async function loadDefaultPack(options: DefaultPackOptions): Promise<LoadedPack> {
  const results = await Promise.allSettled(NAMES.map((name) => loadNetwork(name, options)))
  const loaded = new Map(
    results.flatMap((result, i) => (result.status === 'fulfilled' ? [[NAMES[i], result.value] as const] : [])),
  )
  const close = async () => {
    await Promise.all([...loaded.values()].map(({ model }) => model.close()))
  }
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) {
    await close()
    throw failure.reason
  }
  const modelOf = (name: keyof Models): RunnableModel => {
    const network = loaded.get(name)
    if (!network) throw new Error(`The network ${name} was not loaded.`)
    return network.model
  }
  return {
    id: packId([...loaded.values()].map(({ sha256 }) => sha256)),
    models: {
      coarseDetector: modelOf('coarseDetector'),
      detector: modelOf('detector'),
      fineDetector: modelOf('fineDetector'),
      landmarks: modelOf('landmarks'),
      resnet: modelOf('resnet'),
      faceres: modelOf('faceres'),
    },
    close,
  }
}

interface LoadedNetwork {
  readonly model: RunnableModel
  readonly sha256: string
}

async function loadNetwork(name: keyof Models, options: DefaultPackOptions): Promise<LoadedNetwork> {
  const { bytes, sha256 } = await convertNetwork(name, options)
  const { inputSize } = NETWORKS[name]
  return { model: await createModel(bytes, { inputSize, intraOpThreads: options.intraOpThreads ?? 1 }), sha256 }
}
