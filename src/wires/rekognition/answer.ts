import type { Box } from '../../engine/face.js'
import type { FaceCompareError } from '../../errors.js'
import { fivePointsOf } from '../../pipeline/five-points.js'
import { measurePose } from '../../pipeline/pose.js'
import { type DescribedFace, round, type SeenFace } from '../seen-face.js'
import { EXCEPTIONS, exceptionOf, textOf } from './errors.js'
import { toUuid } from './face-id.js'
import { looksOf } from './looks.js'
import type { ToldAttribute } from './request.js'
import { REKOGNITION_SCALE } from './scale.js'

/** What is sent: `x-amzn-requestid` is added by who sends it. */
export interface RekognitionAnswer {
  readonly status: number
  readonly body: object
}

/** A face of the target, and its score against that of the source, on our scale. */
export interface ScoredFace {
  readonly face: SeenFace
  readonly score: number
}

/** A face that is kept in a collection. */
export interface CollectionFace {
  readonly faceId: string
  /** The picture that it was indexed from; the face's own id where pictures have none. */
  readonly imageId: string
  readonly externalImageId?: string | undefined
  /** Of the picture, in pixels, with the picture's size; where they are still known. */
  readonly seen?: Pick<SeenFace, 'box' | 'imageWidth' | 'imageHeight' | 'detectionScore'> | undefined
}

export const REKOGNITION_CONTENT_TYPE = 'application/x-amz-json-1.1'

export function answerError(error: FaceCompareError): RekognitionAnswer {
  const name = exceptionOf(error)
  return { status: EXCEPTIONS[name].status, body: { __type: name, Code: name, Message: textOf(error) } }
}

/** `leastScore` is on our scale. Matches are those that have it, the most alike first; the others keep their order. */
export function answerCompareFaces(
  source: SeenFace,
  targets: readonly ScoredFace[],
  leastScore: number,
): RekognitionAnswer {
  const isMatch = ({ score }: ScoredFace) => score >= leastScore
  const matches = targets.filter(isMatch).sort((a, b) => b.score - a.score)
  return ok({
    SourceImageFace: { BoundingBox: boundingBox(source), Confidence: confidence(source) },
    FaceMatches: matches.map(({ face, score }) => ({
      Similarity: REKOGNITION_SCALE.toVendor(score),
      Face: comparedFace(face),
    })),
    UnmatchedFaces: targets.filter((target) => !isMatch(target)).map(({ face }) => comparedFace(face)),
  })
}

/** `told` are the attributes that were asked for. */
export function answerDetectFaces(faces: readonly DescribedFace[], told: readonly ToldAttribute[]): RekognitionAnswer {
  return ok({ FaceDetails: faces.map((face) => faceDetail(face, told)) })
}

export function answerCreateCollection(groupId: string, appid: string, packId: string): RekognitionAnswer {
  return ok({ StatusCode: 200, CollectionArn: arnOf(groupId, appid), FaceModelVersion: packId })
}

export function answerListCollections(
  groupIds: readonly string[],
  packId: string,
  nextToken?: string,
): RekognitionAnswer {
  return ok({ CollectionIds: groupIds, FaceModelVersions: groupIds.map(() => packId), ...page(nextToken) })
}

export interface CollectionDescription {
  readonly groupId: string
  readonly appid: string
  readonly packId: string
  readonly faceCount: number
  /** Undefined where it is not known. */
  readonly madeAt?: Date | undefined
}

export function answerDescribeCollection(collection: CollectionDescription): RekognitionAnswer {
  const { groupId, appid, packId, faceCount, madeAt } = collection
  return ok({
    FaceCount: faceCount,
    FaceModelVersion: packId,
    CollectionARN: arnOf(groupId, appid),
    // Seconds: so this wire writes a time.
    ...(madeAt ? { CreationTimestamp: madeAt.getTime() / 1000 } : {}),
    UserCount: 0,
  })
}

export function answerDeleteCollection(): RekognitionAnswer {
  return ok({ StatusCode: 200 })
}

/** Why a face of a picture was not indexed. */
export type UnindexedReason = 'EXCEEDS_MAX_FACES' | 'LOW_FACE_QUALITY' | 'SMALL_BOUNDING_BOX' | 'LOW_CONFIDENCE'

export interface IndexedFaces {
  readonly indexed: readonly { readonly kept: CollectionFace; readonly face: DescribedFace }[]
  readonly unindexed: readonly { readonly face: DescribedFace; readonly reasons: readonly UnindexedReason[] }[]
}

/** `told` are the attributes that were asked for. */
export function answerIndexFaces(
  { indexed, unindexed }: IndexedFaces,
  told: readonly ToldAttribute[],
  packId: string,
): RekognitionAnswer {
  return ok({
    FaceRecords: indexed.map(({ kept, face }) => ({
      Face: collectionFace({ ...kept, seen: face }),
      FaceDetail: faceDetail(face, told),
    })),
    UnindexedFaces: unindexed.map(({ face, reasons }) => ({ Reasons: reasons, FaceDetail: faceDetail(face, told) })),
    FaceModelVersion: packId,
  })
}

export function answerListFaces(
  faces: readonly CollectionFace[],
  packId: string,
  nextToken?: string,
): RekognitionAnswer {
  return ok({ Faces: faces.map(collectionFace), FaceModelVersion: packId, ...page(nextToken) })
}

/** `unknown` are those that were to be deleted and are not in the collection. */
export function answerDeleteFaces(deleted: readonly string[], unknown: readonly string[]): RekognitionAnswer {
  return ok({
    DeletedFaces: deleted.map(toUuid),
    UnsuccessfulFaceDeletions: unknown.map((faceId) => ({ FaceId: toUuid(faceId), Reasons: ['FACE_NOT_FOUND'] })),
  })
}

export interface FoundFace {
  readonly kept: CollectionFace
  /** On our scale. */
  readonly score: number
}

export function answerSearchFaces(faceId: string, found: readonly FoundFace[], packId: string): RekognitionAnswer {
  return ok({ SearchedFaceId: toUuid(faceId), FaceMatches: faceMatches(found), FaceModelVersion: packId })
}

export function answerSearchFacesByImage(
  searched: SeenFace,
  found: readonly FoundFace[],
  packId: string,
): RekognitionAnswer {
  return ok({
    SearchedFaceBoundingBox: boundingBox(searched),
    SearchedFaceConfidence: confidence(searched),
    FaceMatches: faceMatches(found),
    FaceModelVersion: packId,
  })
}

function ok(body: object): RekognitionAnswer {
  return { status: 200, body }
}

function page(nextToken: string | undefined): object {
  return nextToken === undefined ? {} : { NextToken: nextToken }
}

/** The form of the original's, with the app for an account: some clients take the id from its end. */
function arnOf(groupId: string, appid: string): string {
  return `aws:rekognition:local:${appid}:collection/${groupId}`
}

function faceMatches(found: readonly FoundFace[]): readonly object[] {
  return found
    .toSorted((a, b) => b.score - a.score)
    .map(({ kept, score }) => ({ Similarity: REKOGNITION_SCALE.toVendor(score), Face: collectionFace(kept) }))
}

function collectionFace({ faceId, imageId, externalImageId, seen }: CollectionFace): object {
  return {
    FaceId: toUuid(faceId),
    ImageId: toUuid(imageId),
    ...(externalImageId === undefined ? {} : { ExternalImageId: externalImageId }),
    ...(seen ? { BoundingBox: boundingBox(seen), Confidence: confidence(seen) } : {}),
  }
}

function faceDetail(face: DescribedFace, told: readonly ToldAttribute[]): object {
  return { ...comparedFace(face), ...looksOf(face, told) }
}

/** All that typed clients read without asking whether it is there. */
function comparedFace(face: SeenFace): object {
  const { rollDegrees, yawDegrees, pitchDegrees } = measurePose(face.landmarks)
  return {
    BoundingBox: boundingBox(face),
    Confidence: confidence(face),
    Landmarks: landmarks(face),
    Pose: { Roll: round(rollDegrees, 2), Yaw: round(yawDegrees, 2), Pitch: round(pitchDegrees, 2) },
    Quality: imageQuality(face),
  }
}

/** Ratios of the picture's size; a face that the picture cuts off reaches below 0 or beyond 1. */
function boundingBox({
  box,
  imageWidth,
  imageHeight,
}: {
  readonly box: Box
  readonly imageWidth: number
  readonly imageHeight: number
}): object {
  return {
    Width: ratio(box.width, imageWidth),
    Height: ratio(box.height, imageHeight),
    Left: ratio(box.x, imageWidth),
    Top: ratio(box.y, imageHeight),
  }
}

const LANDMARK_TYPES = ['eyeLeft', 'eyeRight', 'nose', 'mouthLeft', 'mouthRight'] as const

/** Left and right are those of the picture. */
function landmarks({ landmarks, imageWidth, imageHeight }: SeenFace): readonly object[] {
  return fivePointsOf(landmarks).map(({ x, y }, i) => ({
    Type: LANDMARK_TYPES[i],
    X: ratio(x, imageWidth),
    Y: ratio(y, imageHeight),
  }))
}

function confidence({ detectionScore }: Pick<SeenFace, 'detectionScore'>): number {
  return round(100 * Math.min(1, Math.max(0, detectionScore)), 4)
}

const [DARK, PLAIN, BURNT] = [15, 65, 98]
/** What is blurred, or has too few pixels to be sharp, is below it; programs refuse what is below 40 or so. */
const SHARP = 60
const LEAST_SHARP = 30

/**
 * Our quality is one number, the share of plain faces that are shown no better, and the reasons why it may be low. Sharpness is that
 * number, 60 to 100 for a face that is not blurred, else 0 to 30; Brightness is what the reasons tell: dark, plain or
 * over-exposed. Plain where nothing is known.
 */
function imageQuality({ quality }: SeenFace): object {
  if (!quality) return { Brightness: PLAIN, Sharpness: SHARP + (100 - SHARP) / 2 }
  const has = (...reasons: readonly string[]) => quality.reasons.some((reason) => reasons.includes(reason))
  const share = quality.score / 100
  return {
    Brightness: has('dark') ? DARK : has('over_exposed') ? BURNT : PLAIN,
    Sharpness: round(has('blurred', 'small') ? LEAST_SHARP * share : SHARP + (100 - SHARP) * share, 2),
  }
}

/** What has no size is no picture. */
function ratio(pixels: number, size: number): number {
  return size > 0 ? round(pixels / size, 6) : 0
}
