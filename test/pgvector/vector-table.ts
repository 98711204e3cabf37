import { Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createPool } from '../../src/store/postgres-pool.js'
import type { Schema } from '../../src/store/schema.js'
import {
  addVectors,
  createVectorIndex,
  createVectorTable,
  removeVectors,
  searchVectors,
  type VectorFace,
  type VectorTable,
} from '../../src/store/vector-table.js'
import { similarityOf, templateOf } from '../gallery/made-up-templates.js'
import { serverUrl } from '../support/postgres.js'

const TABLE: VectorTable = { packId: 'default-0123456789ab', columns: 64 }

let database: Kysely<Schema>

function connect(url: string): Kysely<Schema> {
  const pool = createPool({ url, maxConnections: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 30_000 })
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}

/** Two faces a person, the first of them `2 * person`. */
function faceOf(face: number, appid = '10000001'): VectorFace {
  return {
    faceId: `face-${appid}-${face}`,
    person: Math.floor(face / 2),
    appid,
    template: templateOf(face, TABLE.columns),
  }
}

const faces = Array.from({ length: 60 }, (_, face) => faceOf(face))

/** The best face of each person, by comparing all. */
function compareAll(among: readonly VectorFace[], probe: VectorFace['template']) {
  const best = new Map<number, { faceId: string; person: number; similarity: number }>()
  for (const { faceId, person, template } of among) {
    const similarity = similarityOf(template, probe)
    if (similarity > (best.get(person)?.similarity ?? -2)) best.set(person, { faceId, person, similarity })
  }
  return [...best.values()].toSorted((a, b) => b.similarity - a.similarity)
}

/** @param openDatabase gives the url of an empty database with pgvector */
export function testVectorTable(openDatabase: () => Promise<string>): void {
  beforeAll(async () => {
    database = connect(await openDatabase())
  })

  afterAll(() => database?.destroy())

  beforeEach(async () => {
    await createVectorTable(database, TABLE)
    await createVectorIndex(database, TABLE)
  })

  afterEach(async () => {
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_tables where tablename like 'face_vectors_%'`.execute(database)
    for (const { name } of rows) await sql`drop table ${sql.table(name)}`.execute(database)
  })

  it('finds the persons of the best faces, as comparing all does', async () => {
    await addVectors(database, TABLE, faces)
    for (const seed of [0, 17, 1000, 1001]) {
      const probe = templateOf(seed, TABLE.columns)
      const found = await searchVectors(database, TABLE, probe, { appid: '10000001', count: 5 })
      const wanted = compareAll(faces, probe).slice(0, 5)
      expect(found.map(({ faceId, person }) => ({ faceId, person }))).toEqual(
        wanted.map(({ faceId, person }) => ({ faceId, person })),
      )
      for (const [i, { similarity }] of found.entries()) expect(similarity).toBeCloseTo(wanted[i]!.similarity, 3)
    }
  })

  it('compares in single precision as well', async () => {
    const single: VectorTable = { ...TABLE, packId: 'single-0123456789ab', type: 'vector' }
    await createVectorTable(database, single)
    await createVectorIndex(database, single)
    await addVectors(database, single, faces)
    const [first] = await searchVectors(database, single, templateOf(7, 64), { appid: '10000001', count: 1 })
    expect(first).toMatchObject({ faceId: 'face-10000001-7', similarity: expect.closeTo(1, 4) })
  })

  it('finds nothing of another app, and nothing that a condition leaves out', async () => {
    await addVectors(database, TABLE, [...faces, faceOf(3, '10000002')])
    const probe = templateOf(3, TABLE.columns)
    const other = await searchVectors(database, TABLE, probe, { appid: '10000002', count: 9 })
    expect(other.map(({ faceId }) => faceId)).toEqual(['face-10000002-3'])
    const among = sql<boolean>`vectors.person = any(${[4, 9]}::bigint[])`
    const found = await searchVectors(database, TABLE, probe, { appid: '10000001', count: 9, among })
    expect(found.map(({ person }) => person).sort()).toEqual([4, 9])
    expect(await searchVectors(database, TABLE, probe, { appid: '10000003', count: 9 })).toEqual([])
  })

  it('does not find what was removed, and finds the new template of a face that was replaced', async () => {
    await addVectors(database, TABLE, faces)
    const search = async (seed: number) => {
      const probe = templateOf(seed, TABLE.columns)
      const [first] = await searchVectors(database, TABLE, probe, { appid: '10000001', count: 1 })
      return first
    }
    expect(await search(8)).toMatchObject({ faceId: 'face-10000001-8', similarity: expect.closeTo(1, 3) })
    await removeVectors(database, TABLE, ['face-10000001-8', 'not there'])
    expect((await search(8))?.faceId).not.toBe('face-10000001-8')
    await addVectors(database, TABLE, [{ ...faceOf(10), template: templateOf(8, TABLE.columns) }])
    expect(await search(8)).toMatchObject({ faceId: 'face-10000001-10', similarity: expect.closeTo(1, 3) })
    await addVectors(database, TABLE, [])
    await removeVectors(database, TABLE, [])
  })

  it('keeps the faces of each model pack apart', async () => {
    const other: VectorTable = { packId: 'other-0123456789ab', columns: 16 }
    await createVectorTable(database, other)
    await addVectors(database, TABLE, faces)
    const probe = templateOf(1, other.columns)
    expect(await searchVectors(database, other, probe, { appid: '10000001', count: 5 })).toEqual([])
    await expect(searchVectors(database, TABLE, probe, { appid: '10000001', count: 5 })).rejects.toThrow(
      'Expected an embedding of 64 numbers but received 16',
    )
  })

  it('takes part in the transaction of its caller, and can be made again', async () => {
    await createVectorTable(database, TABLE)
    await createVectorIndex(database, TABLE)
    const failing = database.transaction().execute(async (transaction) => {
      await addVectors(transaction, TABLE, faces)
      throw new Error('given up')
    })
    await expect(failing).rejects.toThrow('given up')
    const probe = templateOf(1, TABLE.columns)
    expect(await searchVectors(database, TABLE, probe, { appid: '10000001', count: 5 })).toEqual([])
  })

  it('goes by the index where that is less than comparing all', async () => {
    await addVectors(database, TABLE, faces)
    const probe = templateOf(23, TABLE.columns)
    await sql`set enable_seqscan = off`.execute(database)
    await sql`set enable_sort = off`.execute(database)
    const [first] = await searchVectors(database, TABLE, probe, { appid: '10000001', count: 1 })
    expect(first?.faceId).toBe('face-10000001-23')
    await sql`reset all`.execute(database)
    await sql`select pg_stat_force_next_flush()`.execute(database)
    const { rows } = await sql<{ scans: number }>`
      select idx_scan as scans from pg_stat_user_indexes where indexrelname like '%_nearest'`.execute(database)
    expect(rows).toEqual([{ scans: 1 }])
  })

  it('refuses a database without the extension', async () => {
    const plain = connect(serverUrl())
    try {
      await expect(createVectorTable(plain, TABLE)).rejects.toThrow(
        'The database has no extension pgvector of version 0.8 or later: its owner makes it with CREATE EXTENSION vector.',
      )
    } finally {
      await plain.destroy()
    }
  })
}
