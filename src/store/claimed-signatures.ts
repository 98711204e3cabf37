import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.js'

/** The clock by which claims become old. */
export interface ClaimClock {
  /** Unix seconds. */
  readonly nowSeconds: () => Promise<number>
  /** How long it must have said that claims are old before it is believed. */
  readonly trustAfterMs: number
}

/** Of the machine. Whoever set it wrongly may put it right within two hours, and nothing was forgotten too early. */
export const LOCAL_CLOCK: ClaimClock = {
  nowSeconds: async () => Date.now() / 1000,
  trustAfterMs: 2 * 3600 * 1000,
}

/**
 * How long a claim outlives its time. A request whose signature was still fresh when its head came may be claimed when its
 * body has come, which takes a while; and the clocks of several replicas differ a little.
 */
const LATE_CLAIM_SECONDS = 3600
const HOUR_SECONDS = 3600
const LOOK_EVERY_MS = 600_000

/**
 * The single-use signatures that were claimed. Clocks jump, so two things keep one that was used from working again:
 *
 * - Claims are forgotten by whole hours of their own time (`t` of the signature), and it is noted for ever that an hour was
 *   forgotten: a claim in it is never granted again. Whatever a clock says, then or later, here or on another replica, no
 *   signature works twice.
 * - So that a clock which was ahead for a while does not make unused signatures fail, an hour is forgotten only when the clock has
 *   said for `trustAfterMs` that it is over, without ever having gone back. That time is measured by the clock of the process, which
 *   does not jump. Whatever a clock that is still ahead by then forgets was claimed before, and is over by the right time as well.
 */
export class ClaimedSignatures {
  readonly #database: Kysely<Schema>
  readonly #clock: ClaimClock
  #nextLookMs = 0
  /** What the clock took for old, and when (`performance.now()`) it did so first. */
  #seen: { readonly beforeHour: number; readonly atMs: number } | undefined

  constructor(database: Kysely<Schema>, clock: ClaimClock) {
    this.#database = database
    this.#clock = clock
  }

  /** See {@link Store.claimSignature}. */
  async claim(id: string, forgetAtSeconds: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows = 0n } = await this.#database
      .insertInto('used_signatures')
      .values({ id, forget_at_seconds: forgetAtSeconds })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    // Asked afterwards: the insertion may have waited for another process that was forgetting this very claim.
    const granted = numInsertedOrUpdatedRows > 0n && !(await this.#isForgotten(hourOf(forgetAtSeconds)))
    if (performance.now() >= this.#nextLookMs) {
      this.#nextLookMs = performance.now() + LOOK_EVERY_MS
      await this.#forgetOld()
    }
    return granted
  }

  async #isForgotten(hour: number): Promise<boolean> {
    const row = await this.#database.selectFrom('forgotten_hours').select('hour').where('hour', '=', hour).execute()
    return row.length > 0
  }

  async #forgetOld(): Promise<void> {
    const beforeHour = hourOf((await this.#clock.nowSeconds()) - LATE_CLAIM_SECONDS)
    const nowMs = performance.now()
    const hasGoneBack = this.#seen !== undefined && beforeHour < this.#seen.beforeHour
    const seen = this.#seen === undefined || hasGoneBack ? { beforeHour, atMs: nowMs } : this.#seen
    const isTrusted = nowMs - seen.atMs >= this.#clock.trustAfterMs
    this.#seen = isTrusted ? { beforeHour, atMs: nowMs } : seen
    if (isTrusted) await this.#forgetBefore(seen.beforeHour)
  }

  async #forgetBefore(beforeHour: number): Promise<void> {
    // Whole numbers divided in SQL are rounded towards zero, as in hourOf.
    const old = await this.#database
      .selectFrom('used_signatures')
      .select(sql<number | string>`forget_at_seconds / ${sql.lit(HOUR_SECONDS)}`.as('hour'))
      .where('forget_at_seconds', '<', beforeHour * HOUR_SECONDS)
      .distinct()
      .execute()
    for (const { hour } of old) await this.#forgetHour(Number(hour))
  }

  /** Of an hour that is not noted nothing is ever deleted, whoever claims in it at the same time. */
  async #forgetHour(hour: number): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('forgotten_hours')
        .values({ hour })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await transaction
        .deleteFrom('used_signatures')
        .where('forget_at_seconds', '>=', hour * HOUR_SECONDS)
        .where('forget_at_seconds', '<', (hour + 1) * HOUR_SECONDS)
        .execute()
    })
  }
}

/** Hours since 1970. */
function hourOf(seconds: number): number {
  return Math.floor(seconds / HOUR_SECONDS)
}
