import { loadDefaultPack } from '../packs/default-pack.js'
import { identifyContent, openPackFolder, shortHash } from '../packs/folder.js'
import { type LoadedNetwork, loadPackNetworks } from '../packs/networks.js'
import { analyzeDraft, analyzeImage, type FoundFace } from '../pipeline/analyze.js'
import { fuse } from '../pipeline/embed.js'
import type { EnginePack } from '../pipeline/engine-pack.js'
import { analyzeWithManifest } from '../pipeline/manifest-pipeline.js'
import { calibrate, type PackNumbers, type PackOptions, readDefaultFit } from './pack-numbers.js'

/** A pack with its networks, and its cheap half. */
export interface OpenPack extends EnginePack {
  readonly numbers: PackNumbers
  /** Of a manifest, those that it adds to the default pack's. */
  readonly networks: readonly LoadedNetwork[]
}

/** Loads a pack into this process. Throws FaceCompareError INTERNAL with one sentence when it cannot be used. */
export async function openPack(options: PackOptions): Promise<OpenPack> {
  return options.modelPack === undefined ? openDefaultPack(options) : openManifestPack(options.modelPack, options)
}

const nowMs = () => performance.now()

async function openDefaultPack(options: PackOptions): Promise<OpenPack> {
  const { effort } = options
  const [pack, { fit, id }] = await Promise.all([loadDefaultPack(options), readDefaultFit(options)])
  const clocked = { effort, nowMs }
  const describe = (found: FoundFace) => ({ ...found, ...fuse(found.raw, fit) })
  return {
    id: `${pack.id}-${id}-${effort}`,
    numbers: { fit },
    networks: [],
    async analyzeDraft(image) {
      const found = await analyzeDraft(image, pack.models, clocked)
      return found && describe(found)
    },
    analyze: async (image) => describe(await analyzeImage(image, pack.models, clocked)),
    close: pack.close,
  }
}

async function openManifestPack(path: string, options: PackOptions): Promise<OpenPack> {
  const { effort, intraOpThreads = 1 } = options
  const folder = await openPackFolder(path)
  const closers: (() => Promise<void>)[] = []
  try {
    const { pipeline, networks, close } = await loadPackNetworks(folder, intraOpThreads)
    closers.push(close)
    const defaults = await loadDefaultPack(options)
    closers.push(defaults.close)
    const defaultFit = await readDefaultFit(options)
    const ids = { packId: defaults.id, fitId: defaultFit.id }
    const { numbers, text } = await calibrate(folder, defaultFit, ids, options)
    const { fit } = numbers
    // The facial parts always come from the default pack, so that its content counts whatever the manifest says.
    const numbersId = shortHash(`${text} ${ids.packId} ${ids.fitId}`, 8)
    return {
      id: `${identifyContent(folder, ids)}-${numbersId}-${effort}`,
      numbers,
      networks,
      analyze: (image) => analyzeWithManifest(image, pipeline, { models: defaults.models, fit }, { effort, nowMs }),
      close: () => closeAll(closers),
    }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  await Promise.all(closers.map((close) => close()))
}
