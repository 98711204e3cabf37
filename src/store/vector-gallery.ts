import { setTimeout as pause } from 'node:timers/promises'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { FaceVectors, Template } from '../gallery/gallery.js'
import { type BoxOpener, openTemplate } from './gallery-faces.js'
import { lockChanges } from './gallery-feed.js'
import type { Schema } from './schema.js'
import { StoreError } from './store.js'
import type { TemplateBox } from './template-box.js'
import { copyFaces } from './vector-copies.js'
import {
  createVectorIndex,
  hasVectorTable,
  nameOf,
  requireExtension,
  searchVectors,
  type VectorFace,
} from './vector-table.js'

export interface VectorGalleryOptions {
  readonly database: Kysely<Schema>
  readonly openBox: BoxOpener
  /** Connects anew; statements may take as long as they like there. */
  readonly openAlone: () => Kysely<Schema>
  /** The model pack in use. */
  readonly packId: string
  /** Told in one sentence of faces that cannot be found. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

/** Everybody else who changes the gallery waits for so many. */
const FACES_PER_BATCH = 100
/** Of groups with up to so many persons all faces are compared: it takes some hundredths of a second, and none is missed. */
const MOST_PERSONS_COMPARED = 20_000
const LOCK_POLL_MS = 1000
/** Any number that nothing else in the database takes for its lock. */
const FILLING_LOCK = 5_824_717_191

interface FacePlace {
  readonly person: number
  readonly face_id: string
}

/** The vectors of the faces in PostgreSQL with pgvector. */
export class SqlVectorGallery implements FaceVectors {
  readonly #options: VectorGalleryOptions
  #hasTable = false

  constructor(options: VectorGalleryOptions) {
    this.#options = options
  }

  async fill(signal?: AbortSignal): Promise<number> {
    const { openAlone, packId } = this.#options
    const alone = openAlone()
    try {
      return await alone.connection().execute(async (connection) => {
        await requireExtension(connection)
        await waitForLock(connection, signal)
        const added = await this.#put(connection, undefined, signal)
        // Of a table with all its faces it is made sooner, and meanwhile persons can be enrolled and deleted.
        if (await hasVectorTable(connection, { packId })) {
          await createVectorIndex(connection, { packId }, { concurrently: true })
        }
        return added
      })
    } finally {
      await alone.destroy()
    }
  }

  async fillPersons(persons: readonly number[]): Promise<void> {
    if (persons.length > 0) await this.#put(this.#options.database, persons)
  }

  async findNearest(
    appid: string,
    groupIds: readonly string[],
    probe: Template,
    count: number,
  ): Promise<readonly string[]> {
    const { database, packId } = this.#options
    this.#hasTable ||= await hasVectorTable(database, { packId })
    if (!this.#hasTable) return []
    const table = { packId, columns: probe.embedding.length }
    const among = sql<boolean>`exists (
      select from gallery_members as member
      where member.appid = ${appid} and member.group_id = any(${groupIds}::text[]) and member.person = vectors.person)`
    const exact = (await countMembers(database, appid, groupIds)) <= MOST_PERSONS_COMPARED
    const matches = await searchVectors(database, table, probe, { appid, among, count, exact })
    return matches.map(({ faceId }) => faceId)
  }

  /** Adds what is missing and removes what is no more of this pack, of some persons or of all. Resolves with how many were added. */
  async #put(database: Kysely<Schema>, persons: readonly number[] | undefined, signal?: AbortSignal): Promise<number> {
    const { openBox, packId } = this.#options
    const box = await openBox()
    if (await hasVectorTable(database, { packId })) await removeStale(database, packId, persons)
    let added = 0
    let last: FacePlace = { person: 0, face_id: '' }
    for (;;) {
      signal?.throwIfAborted()
      const missing = await findMissing(database, packId, last, persons)
      const end = missing.at(-1)
      if (!end) return added
      last = end
      added += await database.transaction().execute(async (transaction) => {
        // A face that is deleted now is either not read any more, or its vector is deleted with it.
        await lockChanges(transaction)
        const faces = await this.#readFaces(transaction, box, missing)
        await copyFaces(transaction, packId, faces, { indexed: persons !== undefined })
        return faces.length
      })
    }
  }

  async #readFaces(
    transaction: Kysely<Schema>,
    box: TemplateBox,
    places: readonly FacePlace[],
  ): Promise<readonly VectorFace[]> {
    const { packId, onWarning } = this.#options
    const rows = await transaction
      .selectFrom('gallery_faces')
      .innerJoin('gallery_persons', 'gallery_persons.id', 'gallery_faces.person')
      .select(['face_id', 'person', 'appid', 'template', 'pack_id'])
      .where(
        'face_id',
        'in',
        places.map(({ face_id }) => face_id),
      )
      .where('pack_id', '=', packId)
      .execute()
    return rows.flatMap((row) => {
      try {
        const { face_id: faceId, person, appid } = row
        return [{ faceId, person: Number(person), appid, template: openTemplate(box, row) }]
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        // One face that cannot be read keeps nobody else from being found.
        onWarning?.(`The face ${row.face_id} is damaged in the store and is found by no search.`)
        return []
      }
    })
  }
}

/** For as long as the connection lasts. Asked again and again: whoever waits in a statement keeps an index from being made. */
async function waitForLock(connection: Kysely<Schema>, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ locked: boolean }>`
      select pg_try_advisory_lock(${sql.lit(FILLING_LOCK)}) as locked`.execute(connection)
    if (rows[0]?.locked === true) return
    await pause(LOCK_POLL_MS, undefined, signal ? { signal } : {})
  }
}

/** Faces of a pack that have no vector, by person, after one of them. */
async function findMissing(
  database: Kysely<Schema>,
  packId: string,
  after: FacePlace,
  persons: readonly number[] | undefined,
): Promise<readonly FacePlace[]> {
  const isMissing = (await hasVectorTable(database, { packId }))
    ? sql`not exists (select from ${sql.table(nameOf({ packId }))} as vectors where vectors.face_id = face.face_id)`
    : sql`true`
  const { rows } = await sql<FacePlace>`
    select face.person, face.face_id from gallery_faces as face
    where face.pack_id = ${packId} and ${isMissing} and ${ofPersons('face', persons)}
      and face.person >= ${after.person} and (face.person, face.face_id) > (${after.person}, ${after.face_id})
    order by face.person, face.face_id
    limit ${sql.lit(FACES_PER_BATCH)}`.execute(database)
  return rows
}

/** Another process has made such faces anew with another pack, without the vectors. */
async function removeStale(
  database: Kysely<Schema>,
  packId: string,
  persons: readonly number[] | undefined,
): Promise<void> {
  await sql`delete from ${sql.table(nameOf({ packId }))} as vectors
    where ${ofPersons('vectors', persons)} and not exists (
      select from gallery_faces as face where face.face_id = vectors.face_id and face.pack_id = ${packId})`.execute(
    database,
  )
}

function ofPersons(table: string, persons: readonly number[] | undefined): RawBuilder<unknown> {
  return persons ? sql`${sql.ref(`${table}.person`)} = any(${persons}::bigint[])` : sql`true`
}

async function countMembers(database: Kysely<Schema>, appid: string, groupIds: readonly string[]): Promise<number> {
  const groups = database.selectFrom('gallery_groups').select('persons').where('appid', '=', appid)
  const rows = await groups.where('group_id', 'in', groupIds).execute()
  return rows.reduce((sum, { persons }) => sum + Number(persons), 0)
}
