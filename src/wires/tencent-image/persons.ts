import { addFaces, deleteFaces, getFaceInfo, listFaces } from '../../calls/faces.js'
import { createPerson, deletePerson, getPersonInfo, setPersonInfo } from '../../calls/persons.js'
import { enrolled, refuseUnenrolled } from '../enrolled.js'
import { fieldNames } from './app-fields.js'
import type { ReceivedCall, WireCall } from './context.js'
import { faceItem } from './face-item.js'
import { readId, readPicture, readPictures, readRemark } from './family-fields.js'
import { openFace } from './family-pictures.js'

const base = (received: ReceivedCall) => ({ appid: received.identity.appid })

/** The calls about persons and their faces. */
export const PERSON_CALLS: readonly WireCall[] = [
  {
    path: '/face/newperson',
    names: fieldNames(['person_id', 'person_name', 'tag', 'url'], ['image', 'group_ids']),
    pictures: 1,
    isRefused: refuseUnenrolled,
    read(fields, { maxImageBytes }) {
      const personId = readId(fields, 'person_id')
      const groupIds = fields.texts('group_ids')
      const name = readRemark(fields, 'person_name')
      const tag = readRemark(fields, 'tag')
      const picture = readPicture(fields, maxImageBytes)
      return async (received) => {
        const gallery = enrolled(received)
        const face = openFace(received, picture, received.engine.tellsAttributes)
        const request = { ...base(received), personId, groupIds, name, tag, picture: face }
        const person = await createPerson(gallery, request)
        return {
          person_id: person.personId,
          suc_group: person.groupIds.length,
          suc_face: 1,
          session_id: received.request.id,
          face_id: person.faceId,
          group_ids: person.groupIds,
        }
      }
    },
  },
  {
    path: '/face/delperson',
    names: fieldNames(['person_id']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const personId = readId(fields, 'person_id')
      return async (received) => {
        await deletePerson(enrolled(received), { ...base(received), personId })
        return { deleted: 1, person_id: personId, session_id: received.request.id }
      }
    },
  },
  {
    path: '/face/addface',
    names: fieldNames(['person_id', 'tag'], ['images', 'urls']),
    // One after the other or side by side, as there is room: never all at once.
    pictures: 1,
    isRefused: refuseUnenrolled,
    read(fields, { maxImageBytes }) {
      const personId = readId(fields, 'person_id')
      const tag = readRemark(fields, 'tag')
      const pictures = readPictures(fields, maxImageBytes)
      return async (received) => {
        const gallery = enrolled(received)
        const faces = pictures.map((picture) => openFace(received, picture, received.engine.tellsAttributes))
        const outcomes = await addFaces(gallery, { ...base(received), personId, tag, pictures: faces })
        return {
          added: outcomes.filter((outcome) => 'faceId' in outcome).length,
          session_id: received.request.id,
          face_ids: outcomes.map((outcome) => ('faceId' in outcome ? outcome.faceId : '')),
          ret_codes: outcomes.map((outcome) => ('faceId' in outcome ? 0 : outcome.failure.code)),
        }
      }
    },
  },
  {
    path: '/face/delface',
    names: fieldNames(['person_id'], ['face_ids']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const personId = readId(fields, 'person_id')
      const faceIds = fields.texts('face_ids')
      return async (received) => {
        const deleted = await deleteFaces(enrolled(received), { ...base(received), personId, faceIds })
        return { deleted: deleted.length, face_ids: deleted, session_id: received.request.id }
      }
    },
  },
  {
    path: '/face/setinfo',
    names: fieldNames(['person_id', 'person_name', 'tag']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const personId = readId(fields, 'person_id')
      const name = readRemark(fields, 'person_name')
      const tag = readRemark(fields, 'tag')
      return async (received) => {
        await setPersonInfo(enrolled(received), { ...base(received), personId, name, tag })
        return { person_id: personId, session_id: received.request.id }
      }
    },
  },
  {
    path: '/face/getinfo',
    names: fieldNames(['person_id']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const personId = readId(fields, 'person_id')
      return async (received) => {
        const person = await getPersonInfo(enrolled(received), { ...base(received), personId })
        return {
          person_id: person.personId,
          person_name: person.name,
          face_ids: person.faceIds,
          group_ids: person.groupIds,
          tag: person.tag,
          session_id: received.request.id,
        }
      }
    },
  },
  {
    path: '/face/getfaceids',
    names: fieldNames(['person_id']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const personId = readId(fields, 'person_id')
      return async (received) => ({
        face_ids: await listFaces(enrolled(received), { ...base(received), personId }),
      })
    },
  },
  {
    path: '/face/getfaceinfo',
    names: fieldNames(['face_id']),
    pictures: 0,
    isRefused: refuseUnenrolled,
    read(fields) {
      const faceId = readId(fields, 'face_id')
      return async (received) => {
        const { attributes } = await getFaceInfo(enrolled(received), { ...base(received), faceId })
        return { face_info: attributes ? faceItem(faceId, attributes) : { face_id: faceId } }
      }
    },
  },
]
