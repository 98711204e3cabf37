import type { Box } from '../engine/face.js'
import { isTooPoor, requireQuality } from '../engine/require-quality.js'
import type { Template } from '../gallery/gallery.js'
import { refusals, unlessGone } from '../gallery/refusals.js'
import { stored } from '../gallery/stored.js'
import { calibrate } from '../score/calibration.js'
import { audited } from './audit.js'
import { scoreOf } from './faces.js'
import type { AnalysedFace, FaceSource, Gallery } from './gallery.js'
import { requireGroupIds, requireId } from './gallery-parameters.js'
import type { PersonRequest } from './persons.js'

/** From this score on, the original's advice was, two pictures usually show one person. */
const MATCH_SCORE = 75

export interface Verification {
  /** The best score of the person's faces, 0 to 100. */
  readonly confidence: number
  readonly isMatch: boolean
}

/** Somebody who may be the one in the picture. */
export interface Candidate {
  readonly personId: string
  /** The face of the person that is most like the picture's. */
  readonly faceId: string
  /** The calibrated score, 0 to 100. */
  readonly confidence: number
  /** The remark of the face. */
  readonly tag: string
}

export interface IdentifyRequest<Picture> {
  readonly appid: string
  readonly groupIds: readonly string[]
  readonly picture: Picture
  readonly signal?: AbortSignal | undefined
}

export interface IdentifiedFace {
  readonly box: Box
  /** Shown too poorly to be searched for. */
  readonly isTooPoor: boolean
  readonly candidates: readonly Candidate[]
}

/**
 * Whether a picture shows a person. Rejects with PERSON_UNKNOWN, FACE_UNKNOWN for a person without a face of the pack in use,
 * QUALITY_TOO_LOW, what the picture rejects with, and STORAGE_FAILED.
 */
export async function verify(
  { repository, engine, onAudit }: Gallery,
  request: PersonRequest & { readonly picture: FaceSource },
): Promise<Verification> {
  const { appid, personId, picture } = request
  requireId('person_id', personId)
  return audited(onAudit, { action: 'verify', appid, personId }, async () => {
    if (!(await stored(repository.hasPerson(appid, personId)))) throw refusals.personUnknown()
    const face = await picture()
    requireQuality(face, engine.leastQuality)
    const enrolled = await stored(repository.readTemplates(appid, personId, engine.packId))
    if (enrolled.length === 0) throw refusals.noFaceToCompare()
    const confidence = Math.max(...enrolled.map(({ template }) => scoreOf(template, face, engine)))
    return { confidence, isMatch: confidence >= MATCH_SCORE }
  })
}

/**
 * Who of the groups a picture may show, the most likely first. Rejects with GROUP_UNKNOWN when nobody is in one of the groups,
 * QUALITY_TOO_LOW, what the picture rejects with, and STORAGE_FAILED.
 */
export async function identify(gallery: Gallery, request: IdentifyRequest<FaceSource>): Promise<readonly Candidate[]> {
  const { repository, engine, limits, onAudit } = gallery
  const { appid, picture } = request
  const groupIds = requireGroupIds(request.groupIds, limits)
  const work = async () => {
    await stored(repository.requireGroups(appid, groupIds))
    const face = await picture()
    requireQuality(face, engine.leastQuality)
    return findCandidates(gallery, { ...request, groupIds }, face)
  }
  const subject = { action: 'identify', appid, groupIds } as const
  return audited(onAudit, subject, work, (candidates) => ({ foundPersonIds: idsOf(candidates) }))
}

/**
 * Who each of the faces in a picture may be, as {@link identify}. A face that is shown too poorly has no candidates: the others
 * of a group's picture are not to fail with it.
 */
export async function identifyAll(
  gallery: Gallery,
  request: IdentifyRequest<() => Promise<readonly AnalysedFace[]>>,
): Promise<readonly IdentifiedFace[]> {
  const { repository, engine, limits, onAudit } = gallery
  const { appid, picture } = request
  const groupIds = requireGroupIds(request.groupIds, limits)
  const work = async () => {
    await stored(repository.requireGroups(appid, groupIds))
    const results: IdentifiedFace[] = []
    for (const face of await picture()) {
      const isPoor = face.quality !== undefined && isTooPoor(face.quality, engine.leastQuality)
      const candidates = isPoor ? [] : await findCandidates(gallery, { ...request, groupIds }, face)
      results.push({ box: face.box, isTooPoor: isPoor, candidates })
    }
    return results
  }
  const subject = { action: 'identifyAll', appid, groupIds } as const
  return audited(onAudit, subject, work, (results) => ({
    foundPersonIds: idsOf(results.flatMap(({ candidates }) => candidates)),
  }))
}

/**
 * Who of a group resembles somebody whose face is in it; not that person. Rejects with GROUP_UNKNOWN, and with FACE_UNKNOWN for a face
 * that is not in the group or that another model pack has made.
 */
export async function identifyLike(
  gallery: Gallery,
  { appid, groupId, faceId }: { readonly appid: string; readonly groupId: string; readonly faceId: string },
): Promise<readonly Candidate[]> {
  const { repository, engine, limits, onAudit } = gallery
  const work = async () => {
    const [face] = await stored(repository.listFaces(appid, groupId, { faceIds: [faceId], count: 1 }))
    if (!face) throw refusals.noSuchFace()
    const { personId } = face
    const templates = await unlessGone(stored(repository.readTemplates(appid, personId, engine.packId)))
    if (!templates) throw refusals.noSuchFace()
    const template = templates.find((known) => known.faceId === faceId)?.template
    if (!template) throw refusals.noFaceToCompare()
    const oneMore = { ...gallery, limits: { ...limits, maxCandidates: limits.maxCandidates + 1 } }
    const found = await findCandidates(oneMore, { appid, groupIds: [groupId] }, template)
    return found.filter((candidate) => candidate.personId !== personId).slice(0, limits.maxCandidates)
  }
  const subject = { action: 'identifyLike', appid, groupIds: [groupId], faceIds: [faceId] } as const
  return audited(onAudit, subject, work, (candidates) => ({ foundPersonIds: idsOf(candidates) }))
}

async function findCandidates(
  { search, engine, limits }: Gallery,
  { appid, groupIds, signal }: Omit<IdentifyRequest<unknown>, 'picture'>,
  face: Template,
): Promise<readonly Candidate[]> {
  const { packId, embedding, cohort } = face
  const { maxCandidates, minConfidence } = limits
  const matches = await search.search(appid, groupIds, { packId, embedding, cohort }, maxCandidates, signal)
  return matches
    .map(({ personId, faceId, similarity, tag }) => {
      return { personId, faceId, confidence: calibrate(engine.calibration, similarity), tag }
    })
    .filter(({ confidence }) => confidence >= minConfidence)
}

function idsOf(candidates: readonly Candidate[]): readonly string[] {
  return [...new Set(candidates.map(({ personId }) => personId))]
}
