import type { GallerySearch } from '../gallery/search.js'

/** The search, with a note of how long each took that has found its persons, be it none. */
export function observeSearch(search: GallerySearch, onSearch: (ms: number) => void): GallerySearch {
  return {
    async search(...request) {
      const startedMs = performance.now()
      const matches = await search.search(...request)
      onSearch(performance.now() - startedMs)
      return matches
    },
  }
}
