import { type Candidate, identify, identifyAll, verify } from '../../calls/identify.js'
import type { Fields } from '../../http/fields.js'
import { enrolled, refuseUnenrolled } from '../enrolled.js'
import { fieldNames } from './app-fields.js'
import { COMPARE_NAMES, isComparison, readComparison } from './compare.js'
import type { Answer, WireCall, WireContext } from './context.js'
import { facePlace } from './face-item.js'
import { readGroups, readId, readPicture } from './family-fields.js'
import { openFace, openFaces } from './family-pictures.js'

const SEARCH_NAMES = fieldNames(['group_id', 'url', 'session_id'], ['group_ids', 'image'])

/** The calls that look for persons. */
export const SEARCH_CALLS: readonly WireCall[] = [
  {
    path: '/face/verify',
    names: fieldNames(['person_id', 'url'], ['image']),
    pictures: 1,
    isRefused: refuseUnenrolled,
    read(fields, { maxImageBytes }) {
      const personId = readId(fields, 'person_id')
      const picture = readPicture(fields, maxImageBytes)
      return async (received) => {
        const request = { appid: received.identity.appid, personId, picture: openFace(received, picture, false) }
        const { confidence, isMatch } = await verify(enrolled(received), request)
        return { session_id: received.request.id, confidence, ismatch: isMatch }
      }
    },
  },
  {
    // The specification's own examples of comparisons print this path.
    path: '/face/identify',
    names: {
      once: new Set([...SEARCH_NAMES.once, ...COMPARE_NAMES.once]),
      lists: new Set([...SEARCH_NAMES.lists, ...COMPARE_NAMES.lists]),
    },
    pictures: 1,
    countPictures: (fields) => (isComparison(fields) ? 2 : 1),
    read: (fields, context) => (isComparison(fields) ? readComparison(fields) : readIdentification(fields, context)),
  },
  {
    path: '/face/multidentify',
    names: SEARCH_NAMES,
    pictures: 1,
    isRefused: refuseUnenrolled,
    read(fields, { maxImageBytes }) {
      const groupIds = readGroups(fields)
      const picture = readPicture(fields, maxImageBytes)
      return async (received) => {
        const { appid } = received.identity
        const request = { appid, groupIds, picture: openFaces(received, picture), signal: received.stop.signal }
        const found = await identifyAll(enrolled(received), request)
        const results = found.map(({ box, candidates }) => {
          const { x, y, width, height } = facePlace(box)
          const rect = { x, y, width: Math.round(width), height: Math.round(height) }
          return { candidates: candidates.map(candidateItem), face_rect: rect }
        })
        return { session_id: received.request.id, results }
      }
    },
  },
]

function readIdentification(fields: Fields, context: WireContext): Answer {
  refuseUnenrolled(context)
  const groupIds = readGroups(fields)
  const picture = readPicture(fields, context.maxImageBytes)
  return async (received) => {
    const { appid } = received.identity
    const request = { appid, groupIds, picture: openFace(received, picture, false), signal: received.stop.signal }
    const candidates = await identify(enrolled(received), request)
    return { session_id: received.request.id, candidates: candidates.map(candidateItem) }
  }
}

function candidateItem({ personId, faceId, confidence, tag }: Candidate): object {
  return { person_id: personId, face_id: faceId, confidence, tag }
}
