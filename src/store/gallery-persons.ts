import { type Kysely, sql } from 'kysely'
import type { NewPerson, Person } from '../gallery/gallery.js'
import { refusals } from '../gallery/refusals.js'
import { beginChange } from './gallery-feed.js'
import { leaveGroups } from './gallery-groups.js'
import { selectNumber } from './gallery-queries.js'
import type { Schema } from './schema.js'

/**
 * Makes a person without groups and faces, the first thing that its transaction does. Resolves with the person's number within the
 * store, that of the change. Throws PERSON_EXISTS, upon which the transaction must be given up.
 */
export async function insertPerson(
  transaction: Kysely<Schema>,
  appid: string,
  { personId, name, tag }: Pick<NewPerson, 'personId' | 'name' | 'tag'>,
): Promise<number> {
  const id = transaction.selectFrom('gallery_feed').select('sequence').where('id', '=', 1)
  const made = transaction
    .insertInto('gallery_persons')
    .values({ id, appid, person_id: personId, name, tag, created_at: Date.now() })
    .onConflict((conflict) => conflict.columns(['appid', 'person_id']).doNothing())
    .returning('id')
  const person = await beginChange(transaction, { appid, personId }, made)
  if (person === undefined) throw refusals.personExists()
  return person
}

/** Begins to change a person, the first thing that its transaction does. Resolves with the person's number. Throws PERSON_UNKNOWN. */
export async function changePerson(transaction: Kysely<Schema>, appid: string, personId: string): Promise<number> {
  const person = await beginChange(transaction, { appid, personId }, selectNumber(transaction, appid, personId))
  if (person === undefined) throw refusals.personUnknown()
  return person
}

/** Deletes a person who is in these groups and no others, with all faces; in the caller's transaction, which must have begun to change it. */
export function erasePerson(
  transaction: Kysely<Schema>,
  member: { readonly appid: string; readonly person: number },
  groupIds: readonly string[],
): Promise<void> {
  const { person } = member
  return leaveGroups(transaction, member, groupIds, [
    transaction.deleteFrom('gallery_faces').where('person', '=', person),
    transaction.deleteFrom('gallery_persons').where('id', '=', person),
  ])
}

/** One statement: what it finds is of one moment. Throws PERSON_UNKNOWN. */
export async function findPerson(database: Kysely<Schema>, appid: string, personId: string): Promise<Person> {
  const persons = database
    .selectFrom('gallery_persons')
    .where('gallery_persons.appid', '=', appid)
    .where('person_id', '=', personId)
  const rows = await persons
    .select([sql<string>`'person'`.as('kind'), 'name as text', 'gallery_persons.tag as remark', 'created_at as at'])
    .unionAll(
      persons
        .innerJoin('gallery_faces', 'gallery_faces.person', 'gallery_persons.id')
        .select([sql<string>`'face'`.as('kind'), 'face_id as text', sql<string>`''`.as('remark'), 'made_at as at']),
    )
    .unionAll(
      persons
        .innerJoin('gallery_members', 'gallery_members.person', 'gallery_persons.id')
        .select([
          sql<string>`'group'`.as('kind'),
          'group_id as text',
          sql<string>`''`.as('remark'),
          'created_at as at',
        ]),
    )
    .execute()
  const found = rows.find(({ kind }) => kind === 'person')
  if (!found) throw refusals.personUnknown()
  const faces = rows.filter(({ kind }) => kind === 'face')
  const groups = rows.filter(({ kind }) => kind === 'group')
  return {
    personId,
    name: found.text,
    tag: found.remark,
    groupIds: groups.map(({ text }) => text).sort(),
    faceIds: faces.sort((a, b) => Number(a.at) - Number(b.at) || (a.text < b.text ? -1 : 1)).map(({ text }) => text),
  }
}

/** Those who are in a group, sorted. */
export async function listPersons(
  database: Kysely<Schema>,
  appid: string,
  groupId: string,
): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('gallery_members')
    .innerJoin('gallery_persons', 'gallery_persons.id', 'gallery_members.person')
    .select('person_id')
    .where('gallery_members.appid', '=', appid)
    .where('group_id', '=', groupId)
    .execute()
  return rows.map(({ person_id }) => person_id).sort()
}
