import { createHash } from 'node:crypto'
import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { type CohortScale, relativeSimilarity } from '../score/cohort.js'
import type { Schema } from './schema.js'
import { StoreError } from './store.js'

/** The templates that one model pack has made, in a table of their own: other packs' are never compared with them. */
export interface VectorTable {
  readonly packId: string
  /** Numbers of an embedding. */
  readonly columns: number
  /** `halfvec` when absent. `vector` takes twice the room, and less time where the processor cannot read half precision. */
  readonly type?: 'halfvec' | 'vector'
}

/** What a face is found by. */
export interface VectorTemplate {
  /** Unit length. */
  readonly embedding: Float32Array
  readonly cohort: CohortScale
}

export interface VectorFace {
  readonly faceId: string
  /** The number of the person within the store. */
  readonly person: number
  readonly appid: string
  readonly template: VectorTemplate
}

export interface VectorSearch {
  readonly appid: string
  /** What else must hold of a face, where `vectors.face_id` and `vectors.person` stand for it. */
  readonly among?: Expression<SqlBool> | undefined
  /** At most so many persons. */
  readonly count: number
  /** Compares all that the condition lets through, without the index: for few persons, of whom it misses none. */
  readonly exact?: boolean | undefined
}

/** A person, by the face that is most like the probe. */
export interface VectorMatch {
  readonly faceId: string
  readonly person: number
  /** As `relativeSimilarity` gives it, to four digits. */
  readonly similarity: number
}

/** At least so many of the nearest by cosine similarity, of which the cohorts then decide: the best by both is among the nearest dozen. */
const CANDIDATES = 100
/** Faces that are read, at first, for each person who is to be found: few persons have more that are alike. */
const FACES_A_PERSON = 4
/** How many faces the index keeps in sight: what `npm run bench:search -- --pgvector` needs to miss next to nobody. */
const KEPT_IN_SIGHT = 800
/** How far the index looks on for candidates that a condition lets through, in faces. */
const MAX_SCANNED = 100_000
/** The first that goes on when a condition has left too few. */
const OLDEST_EXTENSION = '0.8'
/** One more than half precision has. */
const DIGITS = 5

/**
 * Makes the table unless it is there. The database must have the extension pgvector, in a schema that names are looked for in.
 * Rejects with a StoreError when it has not.
 */
export async function createVectorTable(database: Kysely<Schema>, table: VectorTable): Promise<void> {
  await requireExtension(database)
  const name = nameOf(table)
  await sql`create table if not exists ${sql.table(name)} (
    face_id text primary key,
    person bigint not null,
    appid text not null,
    embedding ${typeOf(table)} not null,
    gain double precision not null,
    shift double precision not null,
    centre double precision not null)`.execute(database)
  // A search of few persons compares all of theirs.
  await sql`create index if not exists ${sql.id(`${name}_person`)} on ${sql.table(name)} (person)`.execute(database)
}

/**
 * Makes the index by which a large table is searched, unless it is there: sooner done when the faces are in the table before.
 * `concurrently` keeps nobody from writing meanwhile, takes longer, and must not be part of a transaction.
 */
export async function createVectorIndex(
  database: Kysely<Schema>,
  table: Pick<VectorTable, 'packId' | 'type'>,
  { concurrently = false }: { readonly concurrently?: boolean } = {},
): Promise<void> {
  const name = nameOf(table)
  const index = sql.id(`${name}_nearest`)
  if (concurrently) await dropUnfinishedIndex(database, `${name}_nearest`)
  await sql`create index ${concurrently ? sql`concurrently` : sql``} if not exists ${index} on ${sql.table(name)}
    using hnsw (embedding ${sql.raw(`${table.type ?? 'halfvec'}_cosine_ops`)})`.execute(database)
}

/** What was begun concurrently and broken off stays as an index that no search uses. */
async function dropUnfinishedIndex(database: Kysely<Schema>, name: string): Promise<void> {
  const { rows } = await sql`
    select from pg_index where indexrelid = to_regclass(${name}) and not indisvalid`.execute(database)
  if (rows.length > 0) await sql`drop index ${sql.id(name)}`.execute(database)
}

/** Whether the table is there. */
export async function hasVectorTable(database: Kysely<Schema>, table: Pick<VectorTable, 'packId'>): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass(${nameOf(table)}) is not null as found`.execute(database)
  return rows[0]?.found === true
}

/** Adds faces, in the transaction that enrols them. A face that is there gets the new template. */
export async function addVectors(
  database: Kysely<Schema>,
  table: VectorTable,
  faces: readonly VectorFace[],
): Promise<void> {
  if (faces.length === 0) return
  const list = <T>(read: (face: VectorFace) => T): readonly T[] => faces.map(read)
  await sql`
    insert into ${sql.table(nameOf(table))} (face_id, person, appid, embedding, gain, shift, centre)
    select face_id, person, appid, embedding::${typeOf(table)}, gain, shift, centre
    from unnest(
      ${list(({ faceId }) => faceId)}::text[],
      ${list(({ person }) => person)}::bigint[],
      ${list(({ appid }) => appid)}::text[],
      ${list(({ template }) => format(template.embedding, table))}::text[],
      ${list(({ template }) => template.cohort.gain)}::double precision[],
      ${list(({ template }) => template.cohort.offset)}::double precision[],
      ${list(({ template }) => template.cohort.centre)}::double precision[]
    ) as face (face_id, person, appid, embedding, gain, shift, centre)
    on conflict (face_id) do update set
      embedding = excluded.embedding, gain = excluded.gain, shift = excluded.shift, centre = excluded.centre
  `.execute(database)
}

/** Removes faces, in the transaction that deletes them. Those that are not there are left out. */
export async function removeVectors(
  database: Kysely<Schema>,
  table: Pick<VectorTable, 'packId'>,
  faceIds: readonly string[],
): Promise<void> {
  if (faceIds.length === 0) return
  await sql`delete from ${sql.table(nameOf(table))} where face_id = any(${faceIds}::text[])`.execute(database)
}

/** The persons of an app who are most like a probe, each by its best face, falling; the index may miss some. */
export async function searchVectors(
  database: Kysely<Schema>,
  table: VectorTable,
  probe: VectorTemplate,
  search: VectorSearch,
): Promise<readonly VectorMatch[]> {
  return database.transaction().execute(async (transaction) => {
    // Of this transaction alone: others share the connection.
    await sql`select
      set_config('hnsw.ef_search', ${String(KEPT_IN_SIGHT)}, true),
      set_config('hnsw.iterative_scan', 'relaxed_order', true),
      set_config('hnsw.max_scan_tuples', ${String(MAX_SCANNED)}, true)`.execute(transaction)
    for (let asked = Math.max(CANDIDATES, FACES_A_PERSON * search.count); ; asked *= 4) {
      const candidates = await readCandidates(transaction, table, probe, search, asked)
      const matches = candidates.map((candidate) => rate(candidate, probe))
      const found = bestOfPersons(matches).slice(0, search.count)
      if (found.length === search.count || candidates.length < asked) return found
    }
  })
}

function rate({ face_id, person, cosine, gain, shift, centre }: Candidate, { cohort }: VectorTemplate): VectorMatch {
  const similarity = relativeSimilarity(cosine, cohort, { gain, offset: shift, centre })
  return { faceId: face_id, person: Number(person), similarity }
}

interface Candidate {
  readonly face_id: string
  readonly person: number
  readonly cosine: number
  readonly gain: number
  readonly shift: number
  readonly centre: number
}

async function readCandidates(
  transaction: Kysely<Schema>,
  table: VectorTable,
  { embedding }: VectorTemplate,
  { appid, among = sql<SqlBool>`true`, exact = false }: VectorSearch,
  limit: number,
): Promise<readonly Candidate[]> {
  const probe = sql`${format(embedding, table)}::${typeOf(table)}`
  // The index gives the order by the bare distance alone.
  const order = exact ? sql`(embedding <=> ${probe}) + 0` : sql`embedding <=> ${probe}`
  const { rows } = await sql<Candidate>`
    select face_id, person, 1 - (embedding <=> ${probe}) as cosine, gain, shift, centre
    from ${sql.table(nameOf(table))} as vectors
    where appid = ${appid} and ${among}
    order by ${order}
    limit ${sql.lit(limit)}`.execute(transaction)
  return rows
}

function bestOfPersons(matches: readonly VectorMatch[]): readonly VectorMatch[] {
  const best = new Map<number, VectorMatch>()
  for (const match of matches.toSorted((a, b) => b.similarity - a.similarity)) {
    if (!best.has(match.person)) best.set(match.person, match)
  }
  return [...best.values()]
}

/** Rejects with a StoreError, one sentence, where the database has no pgvector, or too old a one. */
export async function requireExtension(database: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ recent: boolean }>`
    select string_to_array(extversion, '.')::integer[] >= string_to_array(${OLDEST_EXTENSION}, '.')::integer[] as recent
    from pg_extension where extname = 'vector'`.execute(database)
  if (rows[0]?.recent !== true) {
    throw new StoreError(
      `The database has no extension pgvector of version ${OLDEST_EXTENSION} or later: its owner makes it with CREATE EXTENSION vector.`,
    )
  }
}

/** Its name in the database: ids of packs may be of any length, names of tables not. */
export function nameOf({ packId }: Pick<VectorTable, 'packId'>): string {
  return `face_vectors_${createHash('sha256').update(packId).digest('hex').slice(0, 16)}`
}

function typeOf({ type = 'halfvec', columns }: VectorTable): RawBuilder<unknown> {
  return sql`${sql.raw(type)}(${sql.lit(columns)})`
}

function format(embedding: Float32Array, { columns }: VectorTable): string {
  if (embedding.length !== columns) {
    throw new RangeError(`Expected an embedding of ${columns} numbers but received ${embedding.length}`)
  }
  return `[${Array.from(embedding, (value) => value.toPrecision(DIGITS)).join(',')}]`
}
