import * as faces from '../../calls/faces.js'
import type { FaceSource, Gallery } from '../../calls/gallery.js'
import * as groups from '../../calls/groups.js'
import { identify } from '../../calls/identify.js'
import * as persons from '../../calls/persons.js'
import type { Box } from '../../engine/face.js'
import type { FaceCompareError } from '../../errors.js'
import { unlessGone } from '../../gallery/refusals.js'
import { boundGallery } from '../bounded-gallery.js'
import { enrolled } from '../enrolled.js'
import { leastQualityAt } from '../quality-bar.js'
import {
  createFaceFields,
  createPersonFields,
  deletedFields,
  deleteFaceFields,
  type IaiFields,
  type PictureFate,
  personListFields,
} from './answer.js'
import type { IaiCall } from './context.js'
import { notKept } from './groups.js'
import type { ImageSource } from './images.js'
import { openFace } from './pictures.js'
import type { Look, RequestOf } from './request.js'

export async function createPerson(request: RequestOf<'CreatePerson'>, call: IaiCall): Promise<IaiFields> {
  if (request.gender !== 'unknown') throw notKept('Gender')
  if (request.descriptions.length > 0) throw notKept('PersonExDescriptionInfos')
  const { groupId, personId, name, image, samePersonScore } = request
  const { appid } = call.identity
  const gallery = keeping(enrolled(call), request, call)
  await groups.countMembers(gallery, { appid, groupIds: [groupId] })
  const { picture, boxes } = onceOpened(call, image)
  if (samePersonScore !== undefined) {
    const bounds = { leastQuality: gallery.engine.leastQuality, maxCandidates: 1, leastScore: samePersonScore }
    const search = { appid, groupIds: [groupId], picture, signal: call.stop.signal }
    const [same] = await identify(boundGallery(gallery, bounds), search)
    if (same) return createPersonFields({ samePersonId: same.personId })
  }
  const person = { appid, personId, groupIds: [groupId], needsGroups: true, name, picture }
  const { faceId } = await persons.createPerson(gallery, person)
  const [box] = boxes
  if (!box) throw new Error('Expected the box of the face that was kept.')
  return createPersonFields({ faceId, box })
}

export async function deletePerson({ personId }: RequestOf<'DeletePerson'>, call: IaiCall): Promise<IaiFields> {
  await persons.deletePerson(enrolled(call), { appid: call.identity.appid, personId })
  return deletedFields()
}

/** A picture that does not resemble the person is told apart from the others, as are those without a face. */
export async function createFace(request: RequestOf<'CreateFace'>, call: IaiCall): Promise<IaiFields> {
  const { personId, images, leastScore } = request
  const { appid } = call.identity
  const gallery = keeping(enrolled(call), request, call)
  const opened = images.map((image) => onceOpened(call, image))
  const pictures = opened.map(({ picture }) => picture)
  const outcomes = await faces.addFaces(gallery, { appid, personId, pictures, leastScore })
  return createFaceFields(
    outcomes.map((outcome, i): PictureFate => {
      if ('failure' in outcome) return { failure: fateOf(outcome.failure) }
      const box = opened[i]?.boxes[0]
      if (!box) throw new Error('Expected the box of a face that was kept.')
      return { faceId: outcome.faceId, box }
    }),
  )
}

export async function deleteFace({ personId, faceIds }: RequestOf<'DeleteFace'>, call: IaiCall): Promise<IaiFields> {
  return deleteFaceFields(await faces.deleteFaces(enrolled(call), { appid: call.identity.appid, personId, faceIds }))
}

export async function listPersons(request: RequestOf<'GetPersonList'>, call: IaiCall): Promise<IaiFields> {
  const { groupId, offset, limit } = request
  const { appid } = call.identity
  const gallery = enrolled(call)
  const { persons: personCount, faces: faceCount } = await groups.countMembers(gallery, { appid, groupIds: [groupId] })
  const ids = await groups.listPersons(gallery, { appid, groupId })
  const page = []
  for (const personId of ids.slice(offset, offset + limit)) {
    const person = await unlessGone(persons.getPersonInfo(gallery, { appid, personId }))
    if (person) page.push(person)
  }
  return personListFields(page, { personCount, faceCount })
}

/** What is kept is never shown worse than the scores' promise asks. */
function keeping(gallery: Gallery, { qualityBar }: Look, { engine }: IaiCall): Gallery {
  const asked = leastQualityAt(qualityBar, engine.leastQuality)
  const leastQuality = Math.max(gallery.engine.leastQuality, asked)
  return { ...gallery, engine: { ...gallery.engine, leastQuality } }
}

/** A picture that is looked at once, however often it is asked for, and the box of its face when it was. */
function onceOpened(call: IaiCall, image: ImageSource): { readonly picture: FaceSource; readonly boxes: Box[] } {
  const boxes: Box[] = []
  let opened: ReturnType<FaceSource> | undefined
  const look = async () => {
    const face = await openFace(call, image, '')(call.stop.signal)
    boxes.push(face.box)
    return face
  }
  const picture = () => {
    opened ??= look()
    return opened
  }
  return { picture, boxes }
}

function fateOf(error: FaceCompareError): Extract<PictureFate, { readonly failure: string }>['failure'] {
  if (error instanceof faces.NotThePersonError) return 'notThePerson'
  switch (error.kind) {
    case 'FACE_NOT_DETECTED':
      return 'noFace'
    case 'QUALITY_TOO_LOW':
      return 'poorQuality'
    case 'SAME_FACE_ADDED':
      return 'sameFace'
    case 'TOO_MANY_FACES':
      return 'tooManyFaces'
    case 'BODY_TOO_LARGE':
      return 'badSize'
    case 'IMAGE_UNDECODABLE':
    case 'IMAGE_FORMAT_UNSUPPORTED':
    case 'IMAGE_EMPTY':
      return 'undecodable'
    default:
      return 'failed'
  }
}
