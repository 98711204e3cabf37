import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.js'
import type { UsageBatch, UsageCount, UsageFilter } from './store.js'

const ROWS_PER_STATEMENT = 500
/** A process that has not written for so long has ended: nobody will send its last batch again. */
const FORGET_COUNTER_MS = 7 * 86_400_000

/**
 * Adds the counts, once for each number of a counter: a batch whose acknowledgement was lost may be sent again.
 * All or nothing; the caller's transaction.
 */
export async function addUsage(transaction: Kysely<Schema>, batch: UsageBatch, nowMs: number): Promise<void> {
  const { numInsertedOrUpdatedRows = 0n } = await transaction
    .insertInto('usage_counters')
    .values({ id: batch.counterId, sequence: batch.sequence, written_at: nowMs })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ sequence: batch.sequence, written_at: nowMs })
        .where('usage_counters.sequence', '<', batch.sequence),
    )
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows === 0n) return
  // In one order for all: processes that add to the same rows wait for each other, and never in a circle.
  const rows = batch.counts.toSorted(byRow).map(({ appid, day, code, calls }) => ({ appid, day, code, calls }))
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
    await transaction
      .insertInto('usage')
      .values(rows.slice(at, at + ROWS_PER_STATEMENT))
      .onConflict((conflict) =>
        conflict
          .columns(['appid', 'day', 'code'])
          .doUpdateSet({ calls: sql<number>`${sql.ref('usage.calls')} + ${sql.ref('excluded.calls')}` }),
      )
      .execute()
  }
  if (batch.sequence === 1) {
    await transaction
      .deleteFrom('usage_counters')
      .where('written_at', '<', nowMs - FORGET_COUNTER_MS)
      .execute()
  }
}

/** By day, then app, then code. */
export async function readUsage(database: Kysely<Schema>, { month, appid }: UsageFilter): Promise<UsageCount[]> {
  const ofMonth = database
    .selectFrom('usage')
    .select(['appid', 'day', 'code', 'calls'])
    // Days are text, such as 2026-11-23; "~" comes after every digit.
    .where('day', '>=', `${month}-`)
    .where('day', '<', `${month}-~`)
  const rows = await (appid === undefined ? ofMonth : ofMonth.where('appid', '=', appid)).execute()
  return rows.map((row) => ({ ...row, calls: Number(row.calls) })).sort(byRow)
}

function byRow(left: UsageCount, right: UsageCount): number {
  return compare(left.day, right.day) || compare(left.appid, right.appid) || left.code - right.code
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}
