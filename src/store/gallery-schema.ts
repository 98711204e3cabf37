import type { ColumnType, Generated, SchemaModule } from 'kysely'

/** Bytes: PostgreSQL's driver gives a Buffer, libsql an ArrayBuffer. */
export type Bytes = ColumnType<Uint8Array | ArrayBuffer, Uint8Array, Uint8Array>
export type OptionalBytes = ColumnType<
  Uint8Array | ArrayBuffer | null,
  Uint8Array | null | undefined,
  Uint8Array | null
>

/** The tables of the gallery. Times are whole milliseconds since 1970. */
export interface GalleryTables {
  /** `id` is the sequence of the change that made the person: none is given twice. */
  gallery_persons: {
    id: number
    appid: string
    person_id: string
    name: string
    tag: string
    created_at: number
  }
  /**
   * A group has a row while it has a person; `persons` is how many. One that was made as such has `made_at`, and its row until it is
   * deleted.
   */
  gallery_groups: {
    appid: string
    group_id: string
    persons: number
    made_at: Generated<number | null>
    name: Generated<string>
    tag: Generated<string>
  }
  gallery_members: { appid: string; group_id: string; person: number }
  /** `template` and `attributes` are encrypted, or not: their first byte tells (template-box.ts). */
  gallery_faces: {
    face_id: string
    person: number
    tag: string
    made_at: number
    pack_id: string
    template: Bytes
    attributes: OptionalBytes
  }
  /** Which persons were changed, for those who keep a copy. No ids of theirs: the feed must not remember who was deleted. */
  gallery_changes: { sequence: number; person: number; changed_at: number }
  /** One row. `sequence` is that of the last change. */
  gallery_feed: { id: number; sequence: number; trimmed_to: number }
}

export async function addGallery(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('gallery_persons')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('appid', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('gallery_persons_of_app', ['appid', 'person_id'])
    .execute()
  await schema
    .createTable('gallery_groups')
    .addColumn('appid', 'text', (column) => column.notNull())
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('persons', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('gallery_groups_of_app', ['appid', 'group_id'])
    .execute()
  await schema
    .createTable('gallery_members')
    .addColumn('appid', 'text', (column) => column.notNull())
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('person', 'bigint', (column) => column.notNull().references('gallery_persons.id'))
    .addPrimaryKeyConstraint('gallery_members_of_group', ['appid', 'group_id', 'person'])
    .execute()
  await schema.createIndex('gallery_members_person').on('gallery_members').column('person').execute()
  await schema
    .createTable('gallery_faces')
    .addColumn('face_id', 'text', (column) => column.primaryKey())
    .addColumn('person', 'bigint', (column) => column.notNull().references('gallery_persons.id'))
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .addColumn('pack_id', 'text', (column) => column.notNull())
    // SQLite has no type of this name, and leaves bytes as they are in a column of any type.
    .addColumn('template', 'bytea', (column) => column.notNull())
    .addColumn('attributes', 'bytea')
    .execute()
  // One for both: beside an index of packs alone, which hold all faces, that of persons would not be used.
  await schema.createIndex('gallery_faces_person').on('gallery_faces').columns(['person', 'pack_id']).execute()
  await schema
    .createTable('gallery_changes')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey())
    .addColumn('person', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('gallery_feed')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('trimmed_to', 'bigint', (column) => column.notNull())
    .execute()
}

/** Groups that are made before their first person. */
export async function addMadeGroups(schema: SchemaModule): Promise<void> {
  await schema.alterTable('gallery_groups').addColumn('made_at', 'bigint').execute()
  for (const name of ['name', 'tag']) {
    const column = schema.alterTable('gallery_groups').addColumn(name, 'text', (text) => text.notNull().defaultTo(''))
    await column.execute()
  }
}
