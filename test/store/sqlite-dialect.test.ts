import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import Database from 'libsql'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SharedSqliteDialect } from '../../src/store/sqlite-dialect.js'
import { together } from '../../src/store/together.js'

interface Tables {
  readonly things: { readonly id: number; readonly name: string }
}

let folder: string
let connection: Database.Database
let prepared: string[]
let database: Kysely<Tables>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facecompare-dialect-'))
  connection = new Database(join(folder, 'things.db'))
  connection.exec('pragma journal_mode = wal; create table things (id integer primary key, name text not null)')
  prepared = []
  const handle = {
    get inTransaction() {
      return connection.inTransaction
    },
    prepare(text: string) {
      prepared.push(text)
      return connection.prepare(text)
    },
    exec: (text: string) => connection.exec(text),
    close: () => connection.close(),
  }
  database = new Kysely<Tables>({ dialect: new SharedSqliteDialect(handle) })
})
afterEach(async () => {
  await database.destroy()
  rmSync(folder, { recursive: true })
})

const add = (id: number, name = String(id)) => database.insertInto('things').values({ id, name }).execute()
const read = (ids: readonly number[]) => database.selectFrom('things').selectAll().where('id', 'in', ids).execute()

it('prepares a statement once, whatever its values, and finds what was written meanwhile', async () => {
  for (let id = 1; id <= 150; id++) {
    await add(id)
    expect(await read([id])).toEqual([{ id, name: String(id) }])
  }
  expect(await database.selectFrom('things').select('id').execute()).toHaveLength(150)
  expect(prepared).toHaveLength(3)
})

it('prepares one anew that has failed, and can go on and commit', async () => {
  await add(1)
  await expect(add(1)).rejects.toMatchObject({ code: expect.stringMatching(/^SQLITE_CONSTRAINT/) })
  await add(2)
  expect(await read([1, 2])).toHaveLength(2)
  expect(prepared.filter((text) => text.startsWith('insert'))).toHaveLength(2)
})

it('does nothing of a transaction any more that a failure has ended', async () => {
  await add(1)
  const sent = database.transaction().execute((transaction) =>
    together(transaction, (send) => {
      const failing = sql`insert or rollback into things (id, name) values (1, 'again')`.compile(transaction)
      return Promise.all([send(failing), send(transaction.insertInto('things').values({ id: 2, name: '2' }).compile())])
    }),
  )
  await expect(sent).rejects.toMatchObject({ code: expect.stringMatching(/^SQLITE_CONSTRAINT/) })
  expect(await read([1, 2])).toEqual([{ id: 1, name: '1' }])
  await add(3)
  expect(await read([3])).toHaveLength(1)
})

it('keeps no more statements than it has room for', async () => {
  const lists = Array.from({ length: 250 }, (_, i) => Array.from({ length: i + 1 }, (_, id) => id))
  await add(0)
  for (const ids of lists) expect(await read(ids)).toHaveLength(1)
  // The first is long gone, the last is there.
  await read([0])
  await read(lists.at(-1) ?? [])
  expect(prepared.filter((text) => text.startsWith('select'))).toHaveLength(251)
})

it('follows a table that another process has changed', async () => {
  await add(1)
  await read([1])
  const other = new Database(join(folder, 'things.db'))
  other.exec(`alter table things add column size integer not null default 7`)
  other.close()
  expect(await read([1])).toEqual([{ id: 1, name: '1', size: 7 }])
  expect(await sql`update things set name = 'other'`.execute(database)).toMatchObject({ numAffectedRows: 1n })
  expect(await read([1])).toMatchObject([{ name: 'other' }])
})
