import { addToGroups, listGroups, listPersons, removeFromGroups } from '../../calls/groups.js'
import { enrolled, refuseUnenrolled } from '../enrolled.js'
import { fieldNames } from './app-fields.js'
import type { WireCall } from './context.js'
import { readId } from './family-fields.js'

/** The calls about groups. */
export const GROUP_CALLS: readonly WireCall[] = [
  {
    path: '/face/getgroupids',
    names: fieldNames([]),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read: () => async (received) => ({
      group_ids: await listGroups(enrolled(received), { appid: received.identity.appid }),
    }),
  },
  {
    path: '/face/getpersonids',
    names: fieldNames(['group_id']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const groupId = readId(fields, 'group_id')
      return async (received) => ({
        person_ids: await listPersons(enrolled(received), { appid: received.identity.appid, groupId }),
      })
    },
  },
  changeOfGroups('/face/addgroupids', 'added', addToGroups),
  changeOfGroups('/face/delgroupids', 'deleted', removeFromGroups),
]

function changeOfGroups(path: string, counted: string, change: typeof addToGroups): WireCall {
  return {
    path,
    names: fieldNames(['person_id', 'session_id'], ['group_ids']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const personId = readId(fields, 'person_id')
      const groupIds = fields.texts('group_ids')
      return async (received) => {
        const request = { appid: received.identity.appid, personId, groupIds }
        const { changed, groupIds: present } = await change(enrolled(received), request)
        return { person_id: personId, [counted]: changed, group_ids: present, session_id: received.request.id }
      }
    },
  }
}
