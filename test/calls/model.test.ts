import { describe } from 'vitest'
import { openGallery } from '../support/gallery.js'
import { kinds } from '../support/store-kinds.js'
import { closeAll, LIMITS, testModel, type Way } from './model.js'

const ways = kinds.map(({ kind, makePlace }): Way => {
  return {
    kind: `on a ${kind} store`,
    runs: 25,
    async openReplicas() {
      const place = await makePlace()
      const stores = [await place.open(), await place.open()]
      const replicas = stores.map((store) => openGallery(store, { limits: LIMITS }))
      const searches = replicas.map(({ mirror }) => mirror)
      const galleries = replicas.map(({ gallery }) => gallery)
      return { galleries, close: () => closeAll(searches, stores, place.remove) }
    },
  }
})

describe.each(ways)('any sequence of calls on a gallery $kind', testModel)
