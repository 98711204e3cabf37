import type { FacePage, GroupChange, GroupFace, ListedGroup, MemberCounts } from '../gallery/gallery.js'
import { unlessGone } from '../gallery/refusals.js'
import { stored } from '../gallery/stored.js'
import { audited } from './audit.js'
import type { Gallery } from './gallery.js'
import { requireGroupIds, requireId, requireText } from './gallery-parameters.js'
import type { PersonRequest } from './persons.js'

export interface GroupsRequest extends PersonRequest {
  readonly groupIds: readonly string[]
}

/** Puts a person into groups; those that it is in already do not count. Rejects with PERSON_UNKNOWN, TOO_MANY_GROUPS, TOO_MANY_PERSONS. */
export async function addToGroups(
  { repository, limits, onAudit }: Gallery,
  request: GroupsRequest,
): Promise<GroupChange> {
  const { appid, personId } = request
  requireId('person_id', personId)
  const groupIds = requireGroupIds(request.groupIds, limits)
  return audited(onAudit, { action: 'addToGroups', appid, personId, groupIds }, () =>
    stored(repository.addToGroups(appid, personId, groupIds, limits)),
  )
}

/**
 * Takes a person out of those of the groups that it is in; a person may be in none, and can then be verified, but is found by no
 * search. Rejects with PERSON_UNKNOWN, and with GROUP_UNKNOWN when the person is in none of them.
 */
export async function removeFromGroups(
  { repository, limits, onAudit }: Gallery,
  request: GroupsRequest,
): Promise<GroupChange> {
  const { appid, personId } = request
  requireId('person_id', personId)
  const groupIds = requireGroupIds(request.groupIds, limits)
  return audited(onAudit, { action: 'removeFromGroups', appid, personId, groupIds }, () =>
    stored(repository.removeFromGroups(appid, personId, groupIds)),
  )
}

/** The groups that have a person, sorted. */
export async function listGroups(
  { repository, onAudit }: Gallery,
  { appid }: { readonly appid: string },
): Promise<readonly string[]> {
  return audited(onAudit, { action: 'listGroups', appid }, () => stored(repository.listGroups(appid)))
}

/** The persons of a group, sorted. Rejects with GROUP_UNKNOWN. */
export async function listPersons(
  { repository, onAudit }: Gallery,
  { appid, groupId }: { readonly appid: string; readonly groupId: string },
): Promise<readonly string[]> {
  requireId('group_id', groupId)
  return audited(onAudit, { action: 'listPersons', appid, groupIds: [groupId] }, () =>
    stored(repository.listPersons(appid, groupId)),
  )
}

export interface GroupRequest {
  readonly appid: string
  readonly groupId: string
}

/** Makes a group that stays while nobody is in it. Resolves with false when there is one already. Rejects with TOO_MANY_GROUPS. */
export async function createGroup(
  { repository, limits, onAudit }: Gallery,
  { appid, groupId, name = '', tag = '' }: GroupRequest & { readonly name?: string; readonly tag?: string },
): Promise<boolean> {
  requireId('group_id', groupId)
  requireText('group_name', name)
  requireText('tag', tag)
  return audited(onAudit, { action: 'createGroup', appid, groupIds: [groupId] }, () =>
    stored(repository.makeGroup(appid, { groupId, name, tag }, limits)),
  )
}

/**
 * Deletes a group with all persons who are in no other one, those as well who come into it meanwhile; what fails halfway is finished by
 * calling again. Rejects with GROUP_UNKNOWN.
 */
export async function deleteGroup({ repository, onAudit }: Gallery, { appid, groupId }: GroupRequest): Promise<void> {
  requireId('group_id', groupId)
  return audited(onAudit, { action: 'deleteGroup', appid, groupIds: [groupId] }, async () => {
    await stored(repository.requireGroups(appid, [groupId]))
    while (!(await stored(repository.dropGroup(appid, groupId)))) {
      const personIds = await unlessGone(stored(repository.listPersons(appid, groupId)))
      for (const personId of personIds ?? []) await stored(repository.expel(appid, personId, groupId))
    }
  })
}

/** All groups, those that nobody is in as well, by their ids. */
export async function describeGroups(
  { repository, onAudit }: Gallery,
  { appid }: { readonly appid: string },
): Promise<readonly ListedGroup[]> {
  return audited(onAudit, { action: 'describeGroups', appid }, () => stored(repository.describeGroups(appid)))
}

/** How many persons are in any of the groups, and how many faces they have. Rejects with GROUP_UNKNOWN. */
export async function countMembers(
  { repository, onAudit }: Gallery,
  { appid, groupIds }: { readonly appid: string; readonly groupIds: readonly string[] },
): Promise<MemberCounts> {
  return audited(onAudit, { action: 'describeGroups', appid, groupIds }, async () => {
    await stored(repository.requireGroups(appid, groupIds))
    return stored(repository.countMembers(appid, groupIds))
  })
}

/** Faces of the persons of a group, by their ids. Rejects with GROUP_UNKNOWN. */
export async function listFacesOfGroup(
  { repository, onAudit }: Gallery,
  { appid, groupId, page }: GroupRequest & { readonly page: FacePage },
): Promise<readonly GroupFace[]> {
  requireId('group_id', groupId)
  return audited(
    onAudit,
    { action: 'listFacesOfGroup', appid, groupIds: [groupId] },
    () => stored(repository.listFaces(appid, groupId, page)),
    (faces) => ({ faceIds: faces.map(({ faceId }) => faceId) }),
  )
}
