import * as groups from '../../calls/groups.js'
import { enrolled } from '../enrolled.js'
import { createGroupFields, deletedFields, groupListFields, type IaiFields } from './answer.js'
import type { IaiCall } from './context.js'
import { IaiError } from './errors.js'
import type { RequestOf } from './request.js'
import { DEFAULT_FACE_MODEL_VERSION } from './scale.js'

export async function createGroup(request: RequestOf<'CreateGroup'>, call: IaiCall): Promise<IaiFields> {
  const { groupId, name, tag, descriptions, faceModelVersion } = request
  if (descriptions.length > 0) throw notKept('GroupExDescriptions')
  // Scores of groups are read on one scale, which the thresholds of another one would be wrong for.
  if (faceModelVersion !== DEFAULT_FACE_MODEL_VERSION) throw notKept(`FaceModelVersion ${faceModelVersion}`)
  const { appid } = call.identity
  if (await groups.createGroup(enrolled(call), { appid, groupId, name, tag })) return createGroupFields()
  throw new IaiError(
    'PARAMETER_INVALID',
    'InvalidParameterValue.GroupIdAlreadyExist',
    'There is a group of this GroupId already.',
  )
}

export async function listGroups({ offset, limit }: RequestOf<'GetGroupList'>, call: IaiCall): Promise<IaiFields> {
  const all = await groups.describeGroups(enrolled(call), { appid: call.identity.appid })
  const page = all.slice(offset, offset + limit).map(({ name, ...group }) => ({
    ...group,
    name: name === '' ? undefined : name,
  }))
  return groupListFields(page, all.length)
}

export async function deleteGroup({ groupId }: RequestOf<'DeleteGroup'>, call: IaiCall): Promise<IaiFields> {
  await groups.deleteGroup(enrolled(call), { appid: call.identity.appid, groupId })
  return deletedFields()
}

/** What is not kept is refused, not lost. */
export function notKept(name: string): IaiError {
  return new IaiError(
    'INTERFACE_NOT_SUPPORTED',
    'UnsupportedOperation',
    `${name} cannot be kept by this service: leave it out.`,
  )
}
