import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.js'
import {
  addVectors,
  createVectorIndex,
  createVectorTable,
  hasVectorTable,
  nameOf,
  removeVectors,
  type VectorFace,
} from './vector-table.js'

/** What else has the templates of faces, changed in the transaction that changes them. */
export interface TemplateCopies {
  /** Faces that one pack has made. */
  add(transaction: Kysely<Schema>, packId: string, faces: readonly VectorFace[]): Promise<void>
  /** Of faces that stay, but not as that pack has made them. Those of faces that are deleted go by themselves. */
  remove(transaction: Kysely<Schema>, packId: string, faceIds: readonly string[]): Promise<void>
}

export const NO_COPIES: TemplateCopies = { add: async () => {}, remove: async () => {} }

/** Those that pgvector searches, in a table for each pack, which is made with its index when the pack's first face is enrolled. */
export const VECTOR_COPIES: TemplateCopies = {
  add: (transaction, packId, faces) => copyFaces(transaction, packId, faces, { indexed: true }),
  async remove(transaction, packId, faceIds) {
    if (await hasVectorTable(transaction, { packId })) await removeVectors(transaction, { packId }, faceIds)
  },
}

/** Adds faces to the table of their pack. Where there is none, it is made, with its index or without. */
export async function copyFaces(
  transaction: Kysely<Schema>,
  packId: string,
  faces: readonly VectorFace[],
  { indexed }: { readonly indexed: boolean },
): Promise<void> {
  const [first] = faces
  if (!first) return
  const table = { packId, columns: first.template.embedding.length }
  if (!(await hasVectorTable(transaction, table))) {
    await createVectorTable(transaction, table)
    await sql`alter table ${sql.table(nameOf(table))}
      add foreign key (face_id) references gallery_faces (face_id) on delete cascade`.execute(transaction)
    if (indexed) await createVectorIndex(transaction, table)
  }
  await addVectors(transaction, table, faces)
}
