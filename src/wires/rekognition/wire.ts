import type { AnswerForm } from '../../http/answer-form.js'
import type { Wire } from '../../http/wire.js'
import { type DoorOptions, receiveAtDoor } from '../door.js'
import { refuseUnenrolled } from '../enrolled.js'
import { createGate } from '../gate.js'
import { answerError, REKOGNITION_CONTENT_TYPE, type RekognitionAnswer } from './answer.js'
import {
  createCollection,
  deleteCollection,
  deleteFaces,
  describeCollection,
  indexFaces,
  listCollections,
  listFaces,
  searchFaces,
  searchFacesByImage,
} from './collections.js'
import type { ReadObject, RekognitionCall, RekognitionContext } from './context.js'
import { compareFaces, detectFaces } from './faces.js'
import { type Operation, type RekognitionRequest, readOperation, readRequest } from './request.js'
import { openSigV4 } from './sigv4.js'

export interface RekognitionOptions extends DoorOptions {
  /** Objects of S3 are unknown when absent. */
  readonly readObject?: ReadObject | undefined
}

/** How many pictures a call hands to the engine at once. */
const PICTURES: Readonly<Partial<Record<Operation, number>>> = {
  CompareFaces: 2,
  DetectFaces: 1,
  IndexFaces: 1,
  SearchFacesByImage: 1,
}
/** The calls that keep nothing. */
const WITHOUT_GALLERY: readonly Operation[] = ['CompareFaces', 'DetectFaces']

const FORM: AnswerForm = {
  contentType: REKOGNITION_CONTENT_TYPE,
  headers: (requestId) => ({ 'x-amzn-requestid': requestId }),
  success: (body) => ({ status: 200, body }),
  failure: answerError,
}

/** AWS Rekognition: JSON 1.1 over `POST /`, the call in the header X-Amz-Target (docs/doors.md). */
export function rekognition({ engine, gallery, readObject, ...options }: RekognitionOptions): Wire {
  const context: RekognitionContext = { engine, gallery, readObject, gate: createGate(options) }
  return (app, services) => {
    const { maxImageBytes } = services.uploads
    const route = { constraints: { callHeader: 'x-amz-target' }, config: { answerForm: FORM } }
    app.post('/', route, (request, reply) => {
      const operation = readOperation(String(request.headers['x-amz-target']))
      return receiveAtDoor({
        request,
        reply,
        services,
        context,
        checkHead: openSigV4,
        operation,
        pictures: PICTURES[operation] ?? 0,
        isRefused: () => {
          if (!WITHOUT_GALLERY.includes(operation)) refuseUnenrolled(context)
        },
        async read(body, turn) {
          const asked = await readRequest(operation, body, { maxImageBytes, turn })
          return async (open) => (await answer(asked, { ...context, ...open })).body
        },
      })
    })
  }
}

function answer(asked: RekognitionRequest, call: RekognitionCall): Promise<RekognitionAnswer> {
  switch (asked.operation) {
    case 'CompareFaces':
      return compareFaces(asked, call)
    case 'DetectFaces':
      return detectFaces(asked, call)
    case 'CreateCollection':
      return createCollection(asked, call)
    case 'ListCollections':
      return listCollections(asked, call)
    case 'DescribeCollection':
      return describeCollection(asked, call)
    case 'DeleteCollection':
      return deleteCollection(asked, call)
    case 'IndexFaces':
      return indexFaces(asked, call)
    case 'ListFaces':
      return listFaces(asked, call)
    case 'DeleteFaces':
      return deleteFaces(asked, call)
    case 'SearchFaces':
      return searchFaces(asked, call)
    case 'SearchFacesByImage':
      return searchFacesByImage(asked, call)
  }
}
