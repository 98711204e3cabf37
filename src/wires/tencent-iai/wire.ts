import type { FastifyRequest } from 'fastify'
import type { AnswerForm } from '../../http/answer-form.js'
import type { Wire } from '../../http/wire.js'
import type { FetchImage } from '../../image/fetch-remote.js'
import { type DoorOptions, receiveAtDoor } from '../door.js'
import { refuseUnenrolled } from '../enrolled.js'
import { createGate } from '../gate.js'
import { IAI_CONTENT_TYPE, IAI_STATUS, type IaiFields, wrapAnswer, wrapError } from './answer.js'
import type { IaiCall, IaiContext } from './context.js'
import { IaiError } from './errors.js'
import { analyzeFace, compareFace, detectFace } from './faces.js'
import { createGroup, deleteGroup, listGroups } from './groups.js'
import { createFace, createPerson, deleteFace, deletePerson, listPersons } from './persons.js'
import { readAction, readRequest } from './read-request.js'
import type { Action, IaiRequest } from './request.js'
import { searchFaces, searchPersons, verifyFace } from './search.js'
import { openTc3 } from './tc3.js'

export interface IaiOptions extends DoorOptions {
  readonly fetchImage: FetchImage
}

/** How many pictures a call hands to the engine at once. Those of CreateFace one after the other or side by side, as there is room. */
const PICTURES: Readonly<Partial<Record<Action, number>>> = {
  CompareFace: 2,
  CompareMaskFace: 2,
  DetectFaceSimilarity: 2,
  DetectFace: 1,
  AnalyzeFace: 1,
  CreatePerson: 1,
  CreateFace: 1,
  VerifyFace: 1,
  SearchFaces: 1,
  SearchPersons: 1,
}
/** The calls that keep nothing. */
const WITHOUT_GALLERY: readonly Action[] = [
  'CompareFace',
  'CompareMaskFace',
  'DetectFaceSimilarity',
  'DetectFace',
  'AnalyzeFace',
]

const FORM: AnswerForm = {
  contentType: IAI_CONTENT_TYPE,
  headers: () => ({}),
  success: (fields, requestId) => ({ status: IAI_STATUS, body: wrapAnswer({ ...fields }, requestId) }),
  failure: (error, requestId) => ({ status: IAI_STATUS, body: wrapError(error, requestId) }),
}

/** Tencent Cloud IAI: JSON over `POST /`, the call in the header X-TC-Action (docs/doors.md). */
export function tencentIai({ engine, gallery, fetchImage, ...options }: IaiOptions): Wire {
  const context: IaiContext = { engine, gallery, fetchImage, gate: createGate(options) }
  return (app, services) => {
    const { maxImageBytes } = services.uploads
    const route = { constraints: { callHeader: 'x-tc-action' }, config: { answerForm: FORM } }
    app.get('/', route, refuseGet)
    app.post('/', route, (request, reply) => {
      const asked = readAction(header(request, 'x-tc-action'), header(request, 'x-tc-version'))
      const { action } = asked
      return receiveAtDoor({
        request,
        reply,
        services,
        context,
        checkHead: openTc3,
        operation: action,
        pictures: PICTURES[action] ?? 0,
        isRefused: () => {
          if (!WITHOUT_GALLERY.includes(action)) refuseUnenrolled(context)
        },
        async read(body, turn) {
          const read = await readRequest(asked, body, { maxImageBytes, turn })
          return (open) => answer(read, { ...context, ...open })
        },
      })
    })
  }
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

async function refuseGet(): Promise<never> {
  throw new IaiError(
    'INTERFACE_NOT_SUPPORTED',
    'UnsupportedProtocol',
    'Calls are taken by POST with a JSON body, not by GET.',
  )
}

function answer(asked: IaiRequest, call: IaiCall): Promise<IaiFields> {
  switch (asked.action) {
    case 'CompareFace':
    case 'CompareMaskFace':
    case 'DetectFaceSimilarity':
      return compareFace(asked, call)
    case 'DetectFace':
      return detectFace(asked, call)
    case 'AnalyzeFace':
      return analyzeFace(asked, call)
    case 'CreateGroup':
      return createGroup(asked, call)
    case 'GetGroupList':
      return listGroups(asked, call)
    case 'DeleteGroup':
      return deleteGroup(asked, call)
    case 'CreatePerson':
      return createPerson(asked, call)
    case 'DeletePerson':
      return deletePerson(asked, call)
    case 'CreateFace':
      return createFace(asked, call)
    case 'DeleteFace':
      return deleteFace(asked, call)
    case 'GetPersonList':
      return listPersons(asked, call)
    case 'VerifyFace':
      return verifyFace(asked, call)
    case 'SearchFaces':
      return searchFaces(asked, call)
    case 'SearchPersons':
      return searchPersons(asked, call)
  }
}
