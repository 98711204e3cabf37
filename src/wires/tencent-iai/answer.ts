import { type FaceShape, outlineFace } from '../../engine/engine.js'
import type { Box } from '../../engine/face.js'
import type { FaceCompareError } from '../../errors.js'
import { fivePointsOf } from '../../pipeline/five-points.js'
import { type DescribedFace, round, type SeenFace } from '../seen-face.js'
import { faceAttributesInfo } from './attributes-info.js'
import { codeOf, sentenceOf } from './errors.js'
import { faceQualityInfo } from './quality-info.js'
import { GENDERS, type Gender } from './request.js'
import { DEFAULT_FACE_MODEL_VERSION, type FaceModelVersion, IAI_SCALES, VERIFY_THRESHOLD } from './scale.js'

/** The status is 200 for all, failures included: the SDKs drop the body of any other. */
export const IAI_STATUS = 200
/** To the letter: with a charset the Python SDK reads an empty answer. */
export const IAI_CONTENT_TYPE = 'application/json'

/** The body of an answer. */
export interface IaiAnswer {
  readonly Response: Readonly<Record<string, unknown>> & { readonly RequestId: string }
}

/** The members of an answer, without the id of the call. */
export type IaiFields = Readonly<Record<string, unknown>>

export function wrapAnswer(fields: IaiFields, requestId: string): IaiAnswer {
  return { Response: { ...fields, RequestId: requestId } }
}

export function wrapError(error: FaceCompareError, requestId: string): IaiAnswer {
  return wrapAnswer({ Error: { Code: codeOf(error), Message: sentenceOf(error) } }, requestId)
}

/** CompareFace and CompareMaskFace. `score` is ours, as everywhere below. */
export function compareFields(score: number, faceModelVersion: FaceModelVersion): IaiFields {
  return { Score: IAI_SCALES[faceModelVersion].toVendor(score), FaceModelVersion: faceModelVersion }
}

export function similarityFields(score: number): IaiFields {
  return { Score: vendorScore(score) }
}

export interface DetectAnswerOptions {
  readonly needsAttributes: boolean
  readonly needsQuality: boolean
  readonly faceModelVersion: FaceModelVersion
  /** The engine's own `leastQuality`. */
  readonly packLeastQuality: number
}

/** The largest faces have attributes and qualities; of the others the vendor promises none. */
const MOST_WITH_ATTRIBUTES = 5
const MOST_WITH_QUALITY = 30

/** `faces` are those of one picture, the largest first, at least one. */
export function detectFields(
  faces: readonly DescribedFace[],
  { needsAttributes, needsQuality, faceModelVersion, packLeastQuality }: DetectAnswerOptions,
): IaiFields {
  return {
    ...imageSize(faces),
    FaceInfos: faces.map((face, i) => ({
      ...faceRect(face.box),
      ...(needsAttributes && i < MOST_WITH_ATTRIBUTES ? { FaceAttributesInfo: faceAttributesInfo(face) } : {}),
      ...(needsQuality && i < MOST_WITH_QUALITY ? { FaceQualityInfo: faceQualityInfo(face, packLeastQuality) } : {}),
    })),
    FaceModelVersion: faceModelVersion,
  }
}

/** `faces` are those of one picture, the largest first, at least one. */
export function analyzeFields(faces: readonly SeenFace[], faceModelVersion: FaceModelVersion): IaiFields {
  return {
    ...imageSize(faces),
    FaceShapeSet: faces.map(({ landmarks }) => faceShape(landmarks)),
    FaceModelVersion: faceModelVersion,
  }
}

export function createGroupFields(): IaiFields {
  return MODEL_VERSION
}

export interface GroupInfo {
  readonly groupId: string
  readonly name?: string | undefined
  readonly descriptions?: readonly string[] | undefined
  readonly tag?: string | undefined
  readonly madeAt?: Date | undefined
}

/** `groups` is a page of `total`. What is not known of a group is left out; its name is its id then. */
export function groupListFields(groups: readonly GroupInfo[], total: number): IaiFields {
  return {
    GroupInfos: groups.map(({ groupId, name = groupId, descriptions = [], tag = '', madeAt }) => ({
      GroupName: name,
      GroupId: groupId,
      GroupExDescriptions: descriptions,
      Tag: tag,
      ...MODEL_VERSION,
      ...timestamp(madeAt),
    })),
    GroupNum: total,
  }
}

/** DeleteGroup and DeletePerson. */
export function deletedFields(): IaiFields {
  return {}
}

/** Somebody who is in the group already: nobody was made. Otherwise what was. */
export type CreatedPerson = { readonly samePersonId: string } | { readonly faceId: string; readonly box: Box }

export function createPersonFields(created: CreatedPerson): IaiFields {
  const made = 'faceId' in created ? { FaceId: created.faceId, FaceRect: faceRect(created.box) } : { FaceId: '' }
  return { ...made, SimilarPersonId: 'samePersonId' in created ? created.samePersonId : '', ...MODEL_VERSION }
}

/** What became of one picture of CreateFace, and the vendor's numbers for it. */
export const RET_CODES = {
  ok: 0,
  noFace: -1101,
  undecodable: -1102,
  badSize: -1109,
  poorQuality: -1601,
  notThePerson: -1604,
  // The vendor's older list has these numbers; its IAI documents tell none for such pictures.
  failed: -1103,
  tooManyFaces: -1309,
  sameFace: -1312,
} as const
export type PictureFate =
  | { readonly faceId: string; readonly box: Box }
  | { readonly failure: Exclude<keyof typeof RET_CODES, 'ok'> }

/** In the order of the pictures. */
export function createFaceFields(fates: readonly PictureFate[]): IaiFields {
  const added = fates.flatMap((fate, index) => ('faceId' in fate ? [{ ...fate, index }] : []))
  return {
    SucFaceNum: added.length,
    SucFaceIds: added.map(({ faceId }) => faceId),
    RetCode: fates.map((fate) => ('failure' in fate ? RET_CODES[fate.failure] : RET_CODES.ok)),
    SucIndexes: added.map(({ index }) => index),
    SucFaceRects: added.map(({ box }) => faceRect(box)),
    ...MODEL_VERSION,
  }
}

export function deleteFaceFields(deletedIds: readonly string[]): IaiFields {
  return { SucDeletedNum: deletedIds.length, SucFaceIds: deletedIds }
}

export interface PersonInfo {
  readonly personId: string
  readonly name: string
  readonly gender?: Gender | undefined
  readonly descriptions?: readonly string[] | undefined
  readonly faceIds: readonly string[]
  readonly madeAt?: Date | undefined
}

/** `persons` is a page of the group's. */
export function personListFields(
  persons: readonly PersonInfo[],
  { personCount, faceCount }: { readonly personCount: number; readonly faceCount: number },
): IaiFields {
  return {
    PersonInfos: persons.map(({ personId, name, gender, descriptions = [], faceIds, madeAt }) => ({
      PersonName: name,
      PersonId: personId,
      Gender: genderNumber(gender),
      PersonExDescriptions: descriptions,
      FaceIds: faceIds,
      ...timestamp(madeAt),
    })),
    PersonNum: personCount,
    FaceNum: faceCount,
    ...MODEL_VERSION,
  }
}

export function verifyFields(score: number): IaiFields {
  const shown = vendorScore(score)
  return { Score: shown, IsMatch: shown >= VERIFY_THRESHOLD, ...MODEL_VERSION }
}

export interface Candidate {
  readonly personId: string
  readonly faceId: string
  readonly score: number
  /** Given where the call asks for them. */
  readonly info?: { readonly name: string; readonly gender?: Gender | undefined } | undefined
}

/** One face of the searched picture. One that is shown too poorly has no candidates. */
export interface SearchedFace {
  readonly box: Box
  readonly isTooPoor: boolean
  readonly candidates: readonly Candidate[]
}

/** `faceCount` is that of the groups that were searched. */
export function searchFacesFields(results: readonly SearchedFace[], faceCount: number): IaiFields {
  return { Results: results.map((result) => searchResult(result, true)), FaceNum: faceCount, ...MODEL_VERSION }
}

export function searchPersonsFields(results: readonly SearchedFace[], personCount: number): IaiFields {
  return { Results: results.map((result) => searchResult(result, false)), PersonNum: personCount, ...MODEL_VERSION }
}

/** A search for persons names no face. */
function searchResult({ box, isTooPoor, candidates }: SearchedFace, hasFaceIds: boolean): object {
  const sorted = isTooPoor ? [] : candidates.toSorted((a, b) => b.score - a.score)
  return {
    Candidates: sorted.map(({ personId, faceId, score, info }) => ({
      PersonId: personId,
      FaceId: hasFaceIds ? faceId : '',
      Score: vendorScore(score),
      ...(info ? { PersonName: info.name, Gender: genderNumber(info.gender) } : {}),
    })),
    FaceRect: faceRect(box),
    RetCode: isTooPoor ? RET_CODES.poorQuality : RET_CODES.ok,
  }
}

const MODEL_VERSION = { FaceModelVersion: DEFAULT_FACE_MODEL_VERSION } as const

function vendorScore(score: number): number {
  return IAI_SCALES[DEFAULT_FACE_MODEL_VERSION].toVendor(score)
}

/** 0 unknown, 1 male, 2 female. */
function genderNumber(gender: Gender = 'unknown'): number {
  return GENDERS.indexOf(gender)
}

/** Milliseconds. */
function timestamp(madeAt: Date | undefined): object {
  return madeAt ? { CreationTimestamp: madeAt.getTime() } : {}
}

function imageSize([face]: readonly SeenFace[]): object {
  return face ? { ImageWidth: face.imageWidth, ImageHeight: face.imageHeight } : {}
}

/** Whole pixels. */
function faceRect({ x, y, width, height }: Box): object {
  return { X: round(x, 0), Y: round(y, 0), Width: round(width, 0), Height: round(height, 0) }
}

/** The outline of the face, and with it two pupils: the middles of the eyes. */
function faceShape(landmarks: Float32Array): object {
  const points = (line: FaceShape['profile']) => line.map(({ x, y }) => ({ X: round(x, 0), Y: round(y, 0) }))
  const shape = outlineFace(landmarks)
  const [leftPupil, rightPupil] = fivePointsOf(landmarks)
  return {
    FaceProfile: points(shape.profile),
    LeftEye: points(shape.leftEye),
    RightEye: points(shape.rightEye),
    LeftEyeBrow: points(shape.leftEyebrow),
    RightEyeBrow: points(shape.rightEyebrow),
    Mouth: points(shape.mouth),
    Nose: points(shape.nose),
    LeftPupil: points([leftPupil]),
    RightPupil: points([rightPupil]),
  }
}
