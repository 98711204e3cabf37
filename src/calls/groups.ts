import type { GroupChange } from '../gallery/gallery.js'
import { stored } from '../gallery/stored.js'
import { audited } from './audit.js'
import type { Gallery } from './gallery.js'
import { requireGroupIds, requireId } from './gallery-parameters.js'
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
