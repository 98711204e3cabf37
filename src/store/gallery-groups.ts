import { type Compilable, type Kysely, sql } from 'kysely'
import type { GalleryLimits, NewPerson } from '../gallery/gallery.js'
import { refusals } from '../gallery/refusals.js'
import type { Schema } from './schema.js'
import { together } from './together.js'

/** A person within the store. */
interface Member {
  readonly appid: string
  readonly person: number
}

/**
 * Puts a person into groups, at least one, that it is not in yet; each is made with its first person, unless the person needs them to
 * be there. In the caller's transaction, which must hold the lock of changes, and with what else there is to be done. Throws
 * GROUP_UNKNOWN, TOO_MANY_GROUPS and TOO_MANY_PERSONS, upon which the transaction must be given up.
 */
export async function joinGroups(
  transaction: Kysely<Schema>,
  { appid, person }: Member,
  { groupIds, needsGroups = false }: Pick<NewPerson, 'groupIds' | 'needsGroups'>,
  limits: GalleryLimits,
  besides: readonly Compilable[] = [],
): Promise<void> {
  const groups = transaction
    .insertInto('gallery_groups')
    .values(groupIds.map((group_id) => ({ appid, group_id, persons: 1 })))
    .onConflict((conflict) =>
      conflict.columns(['appid', 'group_id']).doUpdateSet({ persons: sql<number>`gallery_groups.persons + 1` }),
    )
    .returning(['group_id', 'persons', 'made_at'])
  const members = transaction
    .insertInto('gallery_members')
    .values(groupIds.map((group_id) => ({ appid, group_id, person })))
  const [{ rows: joined }] = await together(transaction, (send) =>
    Promise.all([send(groups.compile()), ...[members, ...besides].map((statement) => send(statement.compile()))]),
  )
  // A group that nobody was in and that was not made as such was not there.
  const made = joined.find(({ persons, made_at }) => Number(persons) === 1 && made_at === null)
  if (made && needsGroups) throw refusals.groupUnknown(made.group_id)
  if (made && (await countGroups(transaction, appid)) > limits.maxGroups) throw refusals.tooManyGroups(limits)
  const full = joined.find(({ persons }) => persons > limits.maxPersonsPerGroup)
  if (full) throw refusals.tooManyPersons(full.group_id, limits)
}

/** Takes a person out of groups that it is in; a group ends with its last person, unless it was made as such. As {@link joinGroups}. */
export async function leaveGroups(
  transaction: Kysely<Schema>,
  { appid, person }: Member,
  groupIds: readonly string[],
  besides: readonly Compilable[] = [],
): Promise<void> {
  const members = transaction.deleteFrom('gallery_members').where('appid', '=', appid).where('person', '=', person)
  const groups = transaction
    .updateTable('gallery_groups')
    .set({ persons: sql<number>`persons - 1` })
    .where('appid', '=', appid)
  const ended = transaction.deleteFrom('gallery_groups').where('appid', '=', appid).where('persons', '=', 0)
  const left = [
    members.where('group_id', 'in', groupIds),
    groups.where('group_id', 'in', groupIds),
    ended.where('made_at', 'is', null),
  ]
  const statements = [...(groupIds.length === 0 ? [] : left), ...besides]
  await together(transaction, (send) => Promise.all(statements.map((statement) => send(statement.compile()))))
}

export async function groupsOf(database: Kysely<Schema>, person: number): Promise<readonly string[]> {
  const rows = await database.selectFrom('gallery_members').select('group_id').where('person', '=', person).execute()
  return rows.map(({ group_id }) => group_id).sort()
}

/** Those of the groups that exist. */
export function readGroups(database: Kysely<Schema>, appid: string, groupIds: readonly string[]) {
  return database
    .selectFrom('gallery_groups')
    .select(['group_id', 'persons'])
    .where('appid', '=', appid)
    .where('group_id', 'in', groupIds)
    .execute()
}

export async function countGroups(database: Kysely<Schema>, appid: string): Promise<number> {
  const { groups } = await database
    .selectFrom('gallery_groups')
    .select(({ fn }) => fn.countAll().as('groups'))
    .where('appid', '=', appid)
    .executeTakeFirstOrThrow()
  return Number(groups)
}
