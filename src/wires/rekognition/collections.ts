import { randomUUID } from 'node:crypto'
import { deleteFaces as deletePersonFaces } from '../../calls/faces.js'
import type { Gallery } from '../../calls/gallery.js'
import { countMembers, createGroup, deleteGroup, describeGroups, listFacesOfGroup } from '../../calls/groups.js'
import { type Candidate, identify, identifyLike } from '../../calls/identify.js'
import { type CreatedPerson, createPerson, deletePerson } from '../../calls/persons.js'
import type { Face, FacesInPicture, FoundFace } from '../../engine/face.js'
import { FaceCompareError } from '../../errors.js'
import type { GroupFace } from '../../gallery/gallery.js'
import { refusals, unlessGone } from '../../gallery/refusals.js'
import { analysed } from '../analysed-face.js'
import { boundGallery } from '../bounded-gallery.js'
import { enrolled } from '../enrolled.js'
import { leastQualityAt } from '../quality-bar.js'
import {
  answerCreateCollection,
  answerDeleteCollection,
  answerDeleteFaces,
  answerDescribeCollection,
  answerIndexFaces,
  answerListCollections,
  answerListFaces,
  answerSearchFaces,
  answerSearchFacesByImage,
  type FoundFace as FoundInCollection,
  type RekognitionAnswer,
} from './answer.js'
import type { RekognitionCall } from './context.js'
import { RekognitionError } from './errors.js'
import { needsAppearance } from './looks.js'
import { openFace, openFaces, seenIn } from './pictures.js'
import type { Page, RequestOf } from './request.js'

/** A collection is a group. Each face that is indexed is a person of its own: a collection knows faces alone. */

interface OfCollection {
  readonly groupId: string
}

const DEFAULT_PAGE = 1000

export async function createCollection({ groupId }: OfCollection, call: RekognitionCall): Promise<RekognitionAnswer> {
  const { gallery, appid, packId } = open(call)
  if (await createGroup(gallery, { appid, groupId })) return answerCreateCollection(groupId, appid, packId)
  throw new RekognitionError(
    'PARAMETER_INVALID',
    'ResourceAlreadyExistsException',
    `The collection id: ${groupId} already exists`,
  )
}

export async function listCollections(page: Page, call: RekognitionCall): Promise<RekognitionAnswer> {
  const { gallery, appid, packId } = open(call)
  const all = (await describeGroups(gallery, { appid })).map(({ groupId }) => groupId)
  const { shown, nextToken } = cut(
    all.filter((id) => id > (page.nextToken ?? '')),
    page,
    (id) => id,
  )
  return answerListCollections(shown, packId, nextToken)
}

export async function describeCollection({ groupId }: OfCollection, call: RekognitionCall): Promise<RekognitionAnswer> {
  const { gallery, appid, packId } = open(call)
  const { faces } = await countMembers(gallery, { appid, groupIds: [groupId] })
  const group = (await describeGroups(gallery, { appid })).find((known) => known.groupId === groupId)
  if (!group) throw refusals.groupUnknown(groupId)
  return answerDescribeCollection({ groupId, appid, packId, faceCount: faces, madeAt: group.madeAt })
}

export async function deleteCollection({ groupId }: OfCollection, call: RekognitionCall): Promise<RekognitionAnswer> {
  const { gallery, appid } = open(call)
  await deleteGroup(gallery, { appid, groupId })
  return answerDeleteCollection()
}

/** The largest faces of a picture: all of them or none. */
export async function indexFaces(request: RequestOf<'IndexFaces'>, call: RekognitionCall): Promise<RekognitionAnswer> {
  const { gallery, appid, packId } = open(call)
  const { groupId, externalImageId = '', maxFaces = Number.POSITIVE_INFINITY, told } = request
  await countMembers(gallery, { appid, groupIds: [groupId] })
  const found = await findAll(request, call)
  if (!found) return answerIndexFaces({ indexed: [], unindexed: [] }, told, packId)
  const least = Math.max(gallery.engine.leastQuality, leastQualityAt(request.qualityBar, call.engine.leastQuality))
  const isPoor = ({ quality }: FoundFace) => quality !== undefined && !(quality.score >= least)
  const good = found.faces.filter((face) => !isPoor(face))
  const unindexed = [
    ...good.slice(maxFaces).map((face) => ({ face: seenIn(found, face), reasons: ['EXCEEDS_MAX_FACES'] as const })),
    ...found.faces
      .filter(isPoor)
      .map((face) => ({ face: seenIn(found, face), reasons: ['LOW_FACE_QUALITY'] as const })),
  ]
  const wanted = good.slice(0, maxFaces)
  // What cannot be told of a face is refused before one is kept.
  const asTold = wanted.map((face) => ({ face: seenIn(found, face), reasons: [] }))
  answerIndexFaces({ indexed: [], unindexed: [...asTold, ...unindexed] }, told, packId)
  const faceIds = await keepAll(gallery, { appid, groupId, tag: externalImageId }, wanted)
  const indexed = wanted.map((face, i) => {
    return { kept: keptFace({ faceId: faceIds[i] ?? '', tag: externalImageId }), face: seenIn(found, face) }
  })
  return answerIndexFaces({ indexed, unindexed }, told, packId)
}

/** Makes a person of each face. When one cannot be made, those before it are deleted again. */
async function keepAll(
  gallery: Gallery,
  { appid, groupId, tag }: OfCollection & { readonly appid: string; readonly tag: string },
  faces: readonly FoundFace[],
): Promise<readonly string[]> {
  const made: CreatedPerson[] = []
  try {
    for (const face of faces) {
      const person = { appid, personId: `face-${randomUUID()}`, groupIds: [groupId], needsGroups: true, tag }
      // What the face looks like is told, and not kept.
      const picture = async () => analysed({ ...face, attributes: undefined })
      made.push(await createPerson(gallery, { ...person, picture }))
    }
  } catch (error) {
    for (const { personId } of made) await unlessGone(deletePerson(gallery, { appid, personId }))
    throw error
  }
  return made.map(({ faceId }) => faceId)
}

async function findAll(
  { image, told }: RequestOf<'IndexFaces'>,
  call: RekognitionCall,
): Promise<FacesInPicture | undefined> {
  try {
    const attributes = call.engine.tellsAttributes && needsAppearance(told)
    return await openFaces(call, image, '', { attributes, templates: true })(call.stop.signal)
  } catch (error) {
    if (error instanceof FaceCompareError && error.kind === 'FACE_NOT_DETECTED') return undefined
    throw error
  }
}

export async function listFaces(request: RequestOf<'ListFaces'>, call: RekognitionCall): Promise<RekognitionAnswer> {
  const { gallery, appid, packId } = open(call)
  const { groupId, faceIds, nextToken: after, maxResults } = request
  const count = pageSize(request) + 1
  const faces = await listFacesOfGroup(gallery, { appid, groupId, page: { faceIds, after, count } })
  const { shown, nextToken } = cut(faces, { maxResults, nextToken: after }, ({ faceId }) => faceId)
  return answerListFaces(shown.map(keptFace), packId, nextToken)
}

/** Whoever has no face left is deleted. */
export async function deleteFaces(
  request: RequestOf<'DeleteFaces'>,
  call: RekognitionCall,
): Promise<RekognitionAnswer> {
  const { gallery, appid } = open(call)
  const { groupId } = request
  const page = { faceIds: request.faceIds, count: request.faceIds.length }
  const faces = await listFacesOfGroup(gallery, { appid, groupId, page })
  const deleted: string[] = []
  for (const [personId, faceIds] of byPerson(faces)) {
    const request = { appid, personId, faceIds, andFaceless: true }
    deleted.push(...((await unlessGone(deletePersonFaces(gallery, request))) ?? []))
  }
  return answerDeleteFaces(
    deleted,
    request.faceIds.filter((id) => !deleted.includes(id)),
  )
}

export async function searchFaces(
  request: RequestOf<'SearchFaces'>,
  call: RekognitionCall,
): Promise<RekognitionAnswer> {
  const { gallery, appid, packId } = open(call)
  const { groupId, faceId, maxFaces, leastScore } = request
  const { leastQuality } = gallery.engine
  const bounded = boundGallery(gallery, { leastQuality, maxCandidates: maxFaces, leastScore })
  const candidates = await identifyLike(bounded, { appid, groupId, faceId })
  return answerSearchFaces(faceId, candidates.map(foundFace), packId)
}

export async function searchFacesByImage(
  request: RequestOf<'SearchFacesByImage'>,
  call: RekognitionCall,
): Promise<RekognitionAnswer> {
  const { gallery, appid, packId } = open(call)
  const { groupId, image, maxFaces, leastScore, qualityBar } = request
  const leastQuality = leastQualityAt(qualityBar, call.engine.leastQuality)
  const bounded = boundGallery(gallery, { leastQuality, maxCandidates: maxFaces, leastScore })
  let searched: Face | undefined
  const picture = async () => {
    searched = await openFace(call, image, '')(call.stop.signal)
    return searched
  }
  const candidates = await identify(bounded, { appid, groupIds: [groupId], picture, signal: call.stop.signal })
  if (!searched) throw new Error('Expected a face that was searched for.')
  return answerSearchFacesByImage(searched, candidates.map(foundFace), packId)
}

function open(call: RekognitionCall): {
  readonly gallery: Gallery
  readonly appid: string
  readonly packId: string
} {
  const gallery = enrolled(call)
  return { gallery, appid: call.identity.appid, packId: gallery.engine.packId }
}

function keptFace({ faceId, tag }: Pick<GroupFace, 'faceId' | 'tag'>) {
  return { faceId, imageId: faceId, externalImageId: tag === '' ? undefined : tag }
}

function foundFace(candidate: Candidate): FoundInCollection {
  return { kept: keptFace(candidate), score: candidate.confidence }
}

function byPerson(faces: readonly GroupFace[]): ReadonlyMap<string, readonly string[]> {
  const persons = new Map<string, string[]>()
  for (const { personId, faceId } of faces) persons.set(personId, [...(persons.get(personId) ?? []), faceId])
  return persons
}

function pageSize({ maxResults = DEFAULT_PAGE }: Page): number {
  return Math.max(1, maxResults)
}

/** A page of what comes after the last one, and what the next one is asked for with: the id of its last item. */
function cut<T>(rest: readonly T[], page: Page, idOf: (item: T) => string) {
  const shown = rest.slice(0, pageSize(page))
  const last = shown.at(-1)
  return { shown, nextToken: last !== undefined && shown.length < rest.length ? idOf(last) : undefined }
}
