import type { Kysely } from 'kysely'
import type { FaceVectors } from '../gallery/gallery.js'
import { SqlGalleryFeed } from './gallery-feed.js'
import { SqlGalleryInventory } from './gallery-inventory.js'
import { SqlGalleryRepository } from './gallery-repository.js'
import type { Keyring } from './master-key.js'
import type { Schema } from './schema.js'
import type { GalleryStore, GalleryStoreOptions } from './store.js'
import { createTemplateBox, openGalleryKey, type TemplateBox } from './template-box.js'
import { NO_COPIES, VECTOR_COPIES } from './vector-copies.js'
import { SqlVectorGallery } from './vector-gallery.js'

interface SqlGalleryOptions extends GalleryStoreOptions {
  /** Called after something was deleted that must be gone from the disk, too. */
  readonly erase: () => void
  /** Connects anew, for statements that take long; absent where the database cannot search. */
  readonly openAlone?: (() => Kysely<Schema>) | undefined
}

/** The gallery on any database that kysely speaks to. */
export function openSqlGallery(
  database: Kysely<Schema>,
  keyring: Keyring,
  { encryptTemplates, search, erase, openAlone }: SqlGalleryOptions,
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
  const inDatabase = search === 'pgvector' ? openAlone : undefined
  const copies = inDatabase ? VECTOR_COPIES : NO_COPIES
  const repository = new SqlGalleryRepository(database, openBox, copies, erase)
  const openVectors: GalleryStore['openVectors'] =
    inDatabase &&
    ((options): FaceVectors => new SqlVectorGallery({ database, openBox, openAlone: inDatabase, ...options }))
  return {
    repository,
    feed: new SqlGalleryFeed(database, openBox),
    inventory: new SqlGalleryInventory(database, openBox, repository, copies, erase),
    openVectors,
  }
}
