import { type Config, readConfig } from '../config.js'
import type { GalleryStore } from '../store/store.js'
import { withStore } from './open-store.js'

/** The gallery that the settings name, for as long as it is used. */
export function useGallery<T>(
  use: (gallery: GalleryStore) => Promise<T>,
  config: Config = readConfig(process.env),
): Promise<T> {
  return withStore(config, (store) => use(store.openGallery(config)))
}
