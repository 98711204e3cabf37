import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Likeness } from '../src/gallery/template-rows.js'
import { createPool } from '../src/store/postgres-pool.js'
import type { Schema } from '../src/store/schema.js'
import {
  addVectors,
  createVectorIndex,
  createVectorTable,
  searchVectors,
  type VectorTable,
} from '../src/store/vector-table.js'
import { createProgress } from '../support/progress.js'
import { startVectorServer } from '../support/vector-server.js'
import { openBruteForce } from './brute-force.js'
import { formatTable, median } from './figures.js'
import { COLUMNS, makeUpFace } from './made-up-faces.js'
import type { SearchBar, VectorFigures } from './search-figures.js'

const TABLE: VectorTable = { packId: 'made-up', columns: COLUMNS }
const APPID = '10000001'
/** Of one statement. */
const BLOCK = 500
/** Room for the links of the index while it is made. */
const BUILD_MEMORY = '1GB'
/** The index of a large table is made in one statement. */
const STATEMENT_TIMEOUT_MS = 3 * 3_600_000
const LEAST_RECALL = 0.99

/** Searches one large table by pgvector, and compares what comes first with what comparing all in floats puts first. */
export async function measureVectors(
  templates: number,
  probes: { readonly genuine: readonly Likeness[]; readonly strangers: readonly Likeness[] },
): Promise<VectorFigures> {
  const server = await startVectorServer()
  const pool = createPool({
    url: server.url,
    maxConnections: 1,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const database = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  const floats = await openBruteForce([...probes.genuine, ...probes.strangers], COLUMNS)
  try {
    await createVectorTable(database, TABLE)
    const insertSeconds = await secondsOf(() => fill(database, templates, floats.feed))
    await sql`set maintenance_work_mem = ${sql.lit(BUILD_MEMORY)}`.execute(database)
    const indexSeconds = await secondsOf(() => createVectorIndex(database, TABLE))
    await sql`analyze`.execute(database)
    const wanted = floats.first().map(({ row }) => String(row))
    const genuine = await search(database, probes.genuine, wanted)
    const strangers = await search(database, probes.strangers, wanted.slice(probes.genuine.length))
    return {
      templates,
      server: server.title,
      insertSeconds,
      indexSeconds,
      ...(await readSizes(database)),
      searchMs: median([...genuine.times, ...strangers.times]),
      genuine: { probes: probes.genuine.length, same: genuine.same },
      strangers: { probes: probes.strangers.length, same: strangers.same },
    }
  } finally {
    await floats.close()
    await database.destroy()
    await server.stop()
  }
}

async function fill(
  database: Kysely<Schema>,
  templates: number,
  feed: (faces: readonly Likeness[]) => Promise<void>,
): Promise<void> {
  const progress = createProgress('blocks of templates', Math.ceil(templates / BLOCK))
  for (let first = 0; first < templates; first += BLOCK) {
    const count = Math.min(BLOCK, templates - first)
    const faces = Array.from({ length: count }, (_, i) => makeUpFace(first + i))
    await feed(faces)
    await addVectors(
      database,
      TABLE,
      faces.map((template, i) => ({ faceId: String(first + i), person: first + i, appid: APPID, template })),
    )
    progress.advance()
  }
}

async function search(database: Kysely<Schema>, probes: readonly Likeness[], wanted: readonly string[]) {
  const times: number[] = []
  let same = 0
  for (const [p, probe] of probes.entries()) {
    const startMs = performance.now()
    const [first] = await searchVectors(database, TABLE, probe, { appid: APPID, count: 1 })
    times.push(performance.now() - startMs)
    if (first?.faceId === wanted[p]) same++
  }
  return { times, same: same / probes.length }
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await work()
  return (performance.now() - startMs) / 1000
}

async function readSizes(database: Kysely<Schema>) {
  const { rows } = await sql<{ table: number; index: number }>`
    select sum(pg_table_size(indrelid)) as table, sum(pg_relation_size(indexrelid)) as index
    from pg_index where indexrelid::regclass::text like '%_nearest'`.execute(database)
  return { tableMB: Number(rows[0]?.table) / 1e6, indexMB: Number(rows[0]?.index) / 1e6 }
}

export function judgeVectors({ genuine, strangers }: VectorFigures): readonly SearchBar[] {
  return [
    ['pgvector, recall of the first candidate, genuine probes', genuine.same] as const,
    ['pgvector, recall of the first candidate, strangers', strangers.same] as const,
  ].map(([what, value]) => ({ what, value, least: LEAST_RECALL, holds: value >= LEAST_RECALL }))
}

export function formatVectors(figures: VectorFigures): string {
  const { templates, server, searchMs, insertSeconds, indexSeconds, tableMB, indexMB, genuine, strangers } = figures
  return formatTable([
    ['templates', 'server', 'ms', 'filled in s', 'index in s', 'table MB', 'index MB', 'genuine', 'strangers'],
    [
      String(templates),
      server,
      ...[searchMs, insertSeconds, indexSeconds, tableMB, indexMB].map((value) => value.toFixed(1)),
      ...[genuine.same, strangers.same].map((share) => `${(100 * share).toFixed(2)} %`),
    ],
  ])
}
