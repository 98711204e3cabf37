import { type ErrorName, FaceCompareError } from '../errors.js'
import type { FaceRecord, NewFace, Template } from '../gallery/gallery.js'
import { refusals } from '../gallery/refusals.js'
import { stored } from '../gallery/stored.js'
import { runLanes } from '../lanes.js'
import { calibrate } from '../score/calibration.js'
import { measureSimilarity } from '../score/compare.js'
import { audited } from './audit.js'
import { enrollable } from './enrollable.js'
import type { FaceSource, Gallery, GalleryEngine } from './gallery.js'
import { requireFaceIds, requireId, requireText } from './gallery-parameters.js'
import type { PersonRequest } from './persons.js'

/** From this score on two faces count as the same picture of a person, which tells nothing new of it. */
const SAME_FACE_SCORE = 99

export interface AddFacesRequest extends PersonRequest {
  readonly pictures: readonly FaceSource[]
  /** The remark of the faces. */
  readonly tag?: string | undefined
  /** The score, 0 to 100, that each must have with one of the faces that the person has; any will do when absent. */
  readonly leastScore?: number | undefined
}

/** A face resembles none of those that its person has. */
export class NotThePersonError extends FaceCompareError {
  constructor() {
    super('PARAMETER_INVALID', 'The face does not resemble those that the person has.')
  }
}

/** What became of one picture: the id of its face, or why there is none. */
export type FaceOutcome = { readonly faceId: string } | { readonly failure: FaceCompareError }

/**
 * Adds the face of each picture to a person; what is wrong with one picture keeps none of the others out. Rejects, and adds none,
 * with PARAMETER_MISSING for no pictures, PERSON_UNKNOWN, TOO_MANY_FACES for more pictures than a person may have faces and when the
 * person can take none at all, TOO_MANY_REQUESTS and STORAGE_FAILED.
 */
export async function addFaces(gallery: Gallery, request: AddFacesRequest): Promise<readonly FaceOutcome[]> {
  const { repository, engine, limits, onAudit } = gallery
  const { appid, personId, pictures, tag = '' } = request
  requireId('person_id', personId)
  requireText('tag', tag)
  if (pictures.length === 0) throw new FaceCompareError('PARAMETER_MISSING', 'No picture was sent.')
  if (pictures.length > limits.maxFacesPerPerson) throw refusals.tooManyPictures(limits.maxFacesPerPerson)
  const add = async (): Promise<readonly FaceOutcome[]> => {
    const { faceIds } = await stored(repository.findPerson(appid, personId))
    if (faceIds.length >= limits.maxFacesPerPerson) throw refusals.tooManyFaces(limits.maxFacesPerPerson)
    const wanted = await onlyLike(gallery, request)
    const analysed = await analyseAll(wanted, engine)
    const faces = analysed.flatMap((result) => (result instanceof FaceCompareError ? [] : [result]))
    const options = {
      tag,
      maxFacesPerPerson: limits.maxFacesPerPerson,
      isSame: (a: Template, b: Template) => isSameFace(a, b, engine),
    }
    const added = faces.length === 0 ? [] : await stored(repository.addFaces(appid, personId, faces, options))
    const outcomes = added.values()
    return analysed.map((result) => {
      if (result instanceof FaceCompareError) return { failure: result }
      const outcome = outcomes.next().value
      if (!outcome) throw new FaceCompareError('INTERNAL', 'A face was lost.')
      if ('faceId' in outcome) return outcome
      const isSame = outcome.refusal === 'SAME_FACE_ADDED'
      return { failure: isSame ? refusals.sameFace() : refusals.tooManyFaces(limits.maxFacesPerPerson) }
    })
  }
  return audited(onAudit, { action: 'addFaces', appid, personId }, add, (outcomes) => ({
    faceIds: outcomes.flatMap((outcome) => ('faceId' in outcome ? [outcome.faceId] : [])),
  }))
}

/** The pictures, of which those reject with a {@link NotThePersonError} that do not resemble the person as they must. */
async function onlyLike(
  { repository, engine }: Gallery,
  { appid, personId, pictures, leastScore }: AddFacesRequest,
): Promise<readonly FaceSource[]> {
  if (leastScore === undefined) return pictures
  const known = await stored(repository.readTemplates(appid, personId, engine.packId))
  if (known.length === 0) return pictures
  return pictures.map((picture) => async () => {
    const face = await picture()
    const isLike = known.some(({ template }) => scoreOf(template, face, engine) >= leastScore)
    if (!isLike) throw new NotThePersonError()
    return face
  })
}

/** Errors of the service, not of a picture: the call as a whole must be tried again. */
const OF_THE_WHOLE_CALL: readonly ErrorName[] = ['TOO_MANY_REQUESTS']

/** What is to be kept of each picture, in their order, or its error. */
async function analyseAll(
  pictures: readonly FaceSource[],
  engine: GalleryEngine,
): Promise<readonly (NewFace | FaceCompareError)[]> {
  const results = new Array<NewFace | FaceCompareError>(pictures.length)
  const waiting = pictures.entries()
  await runLanes(Math.min(engine.lanes, pictures.length), async () => {
    const next = waiting.next()
    if (next.done) return false
    const [index, picture] = next.value
    try {
      results[index] = enrollable(await picture(), engine)
    } catch (error) {
      if (!(error instanceof FaceCompareError) || OF_THE_WHOLE_CALL.includes(error.kind)) throw error
      results[index] = error
    }
    return true
  })
  return results
}

/** The score of two templates of the pack in use, 0 to 100. */
export function scoreOf(a: Template, b: Template, { calibration }: Pick<GalleryEngine, 'calibration'>): number {
  return calibrate(calibration, measureSimilarity(a, b).relative)
}

/** Whether two templates of the pack in use are of nearly the same picture of a face. */
export function isSameFace(a: Template, b: Template, engine: Pick<GalleryEngine, 'calibration'>): boolean {
  return scoreOf(a, b, engine) >= SAME_FACE_SCORE
}

/**
 * Deletes those of the faces that are the person's, for good; resolves with their ids. Rejects with PERSON_UNKNOWN, and with
 * FACE_UNKNOWN when the person has none of them. A person may be left without a face, unless `andFaceless` deletes it then as well.
 */
export async function deleteFaces(
  { repository, onAudit }: Gallery,
  request: PersonRequest & { readonly faceIds: readonly string[]; readonly andFaceless?: boolean },
): Promise<readonly string[]> {
  const { appid, personId, andFaceless } = request
  requireId('person_id', personId)
  const faceIds = requireFaceIds(request.faceIds)
  const work = () => stored(repository.deleteFaces(appid, personId, faceIds, { andFaceless }))
  return audited(onAudit, { action: 'deleteFaces', appid, personId, faceIds }, work, (deleted) => ({
    faceIds: deleted,
  }))
}

/** The ids of a person's faces, the oldest first. Rejects with PERSON_UNKNOWN. */
export async function listFaces({ repository, onAudit }: Gallery, request: PersonRequest): Promise<readonly string[]> {
  const { appid, personId } = request
  requireId('person_id', personId)
  return audited(
    onAudit,
    { action: 'listFaces', appid, personId },
    async () => (await stored(repository.findPerson(appid, personId))).faceIds,
  )
}

/** Rejects with FACE_UNKNOWN. */
export async function getFaceInfo(
  { repository, onAudit }: Gallery,
  { appid, faceId }: { readonly appid: string; readonly faceId: string },
): Promise<FaceRecord> {
  requireId('face_id', faceId)
  const work = () => stored(repository.findFace(appid, faceId))
  return audited(onAudit, { action: 'getFaceInfo', appid, faceIds: [faceId] }, work, ({ personId }) => ({ personId }))
}
