import type { Kysely } from 'kysely'
import type { FacePage, GalleryLimits, GroupFace, ListedGroup, MemberCounts, NewGroup } from '../gallery/gallery.js'
import { refusals } from '../gallery/refusals.js'
import { countGroups, readGroups } from './gallery-groups.js'
import type { Schema } from './schema.js'

/** Makes a group that needs no person; false when there is one. In the caller's transaction, which must hold the lock of changes. Throws TOO_MANY_GROUPS. */
export async function insertGroup(
  transaction: Kysely<Schema>,
  appid: string,
  { groupId, name, tag }: NewGroup,
  limits: GalleryLimits,
): Promise<boolean> {
  if ((await readGroups(transaction, appid, [groupId])).length > 0) return false
  if ((await countGroups(transaction, appid)) >= limits.maxGroups) throw refusals.tooManyGroups(limits)
  const group = { appid, group_id: groupId, persons: 0, made_at: Date.now(), name, tag }
  await transaction.insertInto('gallery_groups').values(group).execute()
  return true
}

/** Of persons who are in any of the groups, and their faces. */
export async function countMembers(
  database: Kysely<Schema>,
  appid: string,
  groupIds: readonly string[],
): Promise<MemberCounts> {
  const members = database
    .selectFrom('gallery_members')
    .leftJoin('gallery_faces', 'gallery_faces.person', 'gallery_members.person')
    .where('gallery_members.appid', '=', appid)
    .where('group_id', 'in', groupIds)
  const { persons, faces } = await members
    .select(({ fn }) => [
      fn.count('gallery_members.person').distinct().as('persons'),
      fn.count('face_id').distinct().as('faces'),
    ])
    .executeTakeFirstOrThrow()
  return { persons: Number(persons), faces: Number(faces) }
}

/** Ends a group that nobody is in; false when somebody is. In the caller's transaction, which must hold the lock of changes. */
export async function dropGroup(transaction: Kysely<Schema>, appid: string, groupId: string): Promise<boolean> {
  const members = transaction.selectFrom('gallery_members').select('person').where('appid', '=', appid)
  if (await members.where('group_id', '=', groupId).limit(1).executeTakeFirst()) return false
  const groups = transaction.deleteFrom('gallery_groups').where('appid', '=', appid)
  await groups.where('group_id', '=', groupId).execute()
  return true
}

/** By their ids. */
export async function describeGroups(database: Kysely<Schema>, appid: string): Promise<readonly ListedGroup[]> {
  const rows = await database.selectFrom('gallery_groups').selectAll().where('appid', '=', appid).execute()
  const groups = rows.map(({ group_id, persons, made_at, name, tag }) => {
    return { groupId: group_id, persons, name, tag, madeAt: made_at === null ? undefined : new Date(Number(made_at)) }
  })
  return groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
}

/** Faces of the persons of a group, by their ids. */
export async function listFaces(
  database: Kysely<Schema>,
  appid: string,
  groupId: string,
  { faceIds, after = '', count }: FacePage,
): Promise<readonly GroupFace[]> {
  const faces = database
    .selectFrom('gallery_members')
    .innerJoin('gallery_faces', 'gallery_faces.person', 'gallery_members.person')
    .innerJoin('gallery_persons', 'gallery_persons.id', 'gallery_members.person')
    .select(['face_id', 'person_id', 'gallery_faces.tag'])
    .where('gallery_members.appid', '=', appid)
    .where('group_id', '=', groupId)
    .where('face_id', '>', after)
  const wanted = faceIds ? faces.where('face_id', 'in', faceIds) : faces
  const rows = await wanted.orderBy('face_id').limit(count).execute()
  return rows.map(({ face_id, person_id, tag }) => ({ faceId: face_id, personId: person_id, tag }))
}
