import { type LoadedPack, loadNetworks } from '../packs/networks.js'
import { resolvePack } from '../packs/resolve.js'
import type { PackOptions } from './options.js'
import { fitPack, type PackNumbers } from './pack-numbers.js'

/** A pack with its networks, and its cheap half. */
export interface OpenPack extends LoadedPack {
  readonly numbers: PackNumbers
}

/** Loads a pack into this process. Throws FaceCompareError INTERNAL with one sentence when it cannot be used. */
export async function openPack(options: PackOptions): Promise<OpenPack> {
  const pack = await resolvePack(options.modelPack)
  const loaded = await loadNetworks(pack, options.intraOpThreads ?? 1)
  try {
    const numbers = await fitPack(pack, options)
    const judge = pack.embedders.findIndex((embedder) => embedder.pack === numbers.upright?.of)
    const embedders = loaded.embedders.map((embedder, i) =>
      i === judge ? { ...embedder, upright: numbers.upright?.measure } : embedder,
    )
    return { ...loaded, embedders, numbers }
  } catch (error) {
    await loaded.close()
    throw error
  }
}
