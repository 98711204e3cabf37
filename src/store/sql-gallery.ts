import type { Kysely } from 'kysely'
import { SqlGalleryFeed } from './gallery-feed.js'
import { SqlGalleryInventory } from './gallery-inventory.js'
import { SqlGalleryRepository } from './gallery-repository.js'
import type { Keyring } from './master-key.js'
import type { Schema } from './schema.js'
import type { GalleryStore, GalleryStoreOptions } from './store.js'
import { createTemplateBox, openGalleryKey, type TemplateBox } from './template-box.js'

/** The gallery on any database that kysely speaks to. */
export function openSqlGallery(
  database: Kysely<Schema>,
  keyring: Keyring,
  { encryptTemplates, erase }: GalleryStoreOptions & { readonly erase: () => void },
): GalleryStore {
  let opened: Promise<TemplateBox> | undefined
  /** Once: the key of the gallery stays when the master key is rotated. */
  const openBox = (): Promise<TemplateBox> => {
    opened ??= database
      .transaction()
      .execute((transaction) => openGalleryKey(transaction, keyring))
      .then((key) => createTemplateBox(key, encryptTemplates))
      .catch((error) => {
        opened = undefined
        throw error
      })
    return opened
  }
  const repository = new SqlGalleryRepository(database, openBox, erase)
  return {
    repository,
    feed: new SqlGalleryFeed(database, openBox),
    inventory: new SqlGalleryInventory(database, openBox, repository, erase),
  }
}
