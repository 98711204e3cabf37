import { FaceCompareError, type Side } from '../../errors.js'
import type { Turn } from '../../turns.js'
import { decodeBase64 } from '../base64.js'
import type { JsonObject } from '../json-object.js'
import type { QualityBar } from '../quality-bar.js'
import { EXCEPTIONS, RekognitionError } from './errors.js'
import { fromUuid } from './face-id.js'
import { type Members, membersOf } from './members.js'
import { DEFAULT_SIMILARITY_THRESHOLD, REKOGNITION_SCALE } from './scale.js'

/** A file in a bucket; which folder that is, if any, is not for the wire to know. */
export interface S3Object {
  readonly bucket: string
  readonly name: string
  readonly version: string | undefined
}

export type ImageSource = { readonly bytes: Uint8Array } | { readonly s3Object: S3Object }

/** Which page of a list is asked for. */
export interface Page {
  /** Undefined: as many as the list gives at once. */
  readonly maxResults: number | undefined
  /** What the answer with the page before said. */
  readonly nextToken: string | undefined
}

interface Search {
  readonly maxFaces: number
  /** On our scale, 0 to 100: faces with a lower score are no matches. */
  readonly leastScore: number
}

/** What was asked for, in our words: a collection is a group. */
export type RekognitionRequest =
  | {
      readonly operation: 'CompareFaces'
      readonly source: ImageSource
      readonly target: ImageSource
      readonly leastScore: number
      readonly qualityBar: QualityBar
    }
  | { readonly operation: 'DetectFaces'; readonly image: ImageSource; readonly told: readonly ToldAttribute[] }
  | { readonly operation: 'CreateCollection' | 'DescribeCollection' | 'DeleteCollection'; readonly groupId: string }
  | ({ readonly operation: 'ListCollections' } & Page)
  | {
      readonly operation: 'IndexFaces'
      readonly groupId: string
      readonly image: ImageSource
      readonly externalImageId: string | undefined
      /** The largest faces so many; undefined: all. */
      readonly maxFaces: number | undefined
      readonly qualityBar: QualityBar
      readonly told: readonly ToldAttribute[]
    }
  | ({
      readonly operation: 'ListFaces'
      readonly groupId: string
      /** These alone; undefined: all. */
      readonly faceIds: readonly string[] | undefined
    } & Page)
  | { readonly operation: 'DeleteFaces'; readonly groupId: string; readonly faceIds: readonly string[] }
  | ({ readonly operation: 'SearchFaces'; readonly groupId: string; readonly faceId: string } & Search)
  | ({
      readonly operation: 'SearchFacesByImage'
      readonly groupId: string
      readonly image: ImageSource
      readonly qualityBar: QualityBar
    } & Search)

export type Operation = RekognitionRequest['operation']
export type RequestOf<Name extends Operation> = RekognitionRequest & { readonly operation: Name }

export interface Reading {
  /** Of one image, decoded. */
  readonly maxImageBytes: number
  /** Taken for each slice of an image. */
  readonly turn: Turn
}

const ATTRIBUTES = [
  'DEFAULT',
  'ALL',
  'AGE_RANGE',
  'BEARD',
  'EMOTIONS',
  'EYE_DIRECTION',
  'EYEGLASSES',
  'EYES_OPEN',
  'GENDER',
  'MOUTH_OPEN',
  'MUSTACHE',
  'FACE_OCCLUDED',
  'SMILE',
  'SUNGLASSES',
] as const

/** Those that are told where they are asked for. Of the others nothing honest can be said: they are left out of answers. */
const TOLD_ATTRIBUTES = [
  'AGE_RANGE',
  'EYEGLASSES',
  'GENDER',
  'FACE_OCCLUDED',
  'SMILE',
] as const satisfies readonly (typeof ATTRIBUTES)[number][]
export type ToldAttribute = (typeof TOLD_ATTRIBUTES)[number]

const QUALITY_FILTERS = ['NONE', 'AUTO', 'LOW', 'MEDIUM', 'HIGH'] as const

/** AUTO is the bar that we choose: where the scores keep their promise. */
const BAR_OF: Readonly<Record<(typeof QUALITY_FILTERS)[number], QualityBar>> = {
  NONE: 'none',
  AUTO: 'promise',
  LOW: 'promise',
  MEDIUM: 'fair',
  HIGH: 'good',
}

const TARGET_PREFIX = 'RekognitionService.'
/** The original takes 255 characters; no group of ours has as many. */
const COLLECTION_ID = { max: 64, pattern: '[a-zA-Z0-9_.\\-]+' }
const FACE_ID = { max: 36, pattern: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}' }
/** An id of a group or of a face; no database takes every character in a text that it is asked for. */
const TOKEN = /^[^\s\p{Cc}\p{Cs}]+$/u
const MOST_AT_ONCE = 4096
/** Of SearchFaces and SearchFacesByImage. */
const DEFAULT_MAX_FACES = 80

type Read = (members: Members, reading: Reading) => RekognitionRequest | Promise<RekognitionRequest>

const READ: Readonly<Record<Operation, Read>> = {
  CompareFaces: async (members, reading) => ({
    operation: 'CompareFaces',
    source: await readImage(members, 'SourceImage', reading, 'A'),
    target: await readImage(members, 'TargetImage', reading, 'B'),
    leastScore: readThreshold(members, 'SimilarityThreshold'),
    qualityBar: readBar(members, 'NONE'),
  }),
  DetectFaces: async (members, reading) => ({
    operation: 'DetectFaces',
    image: await readImage(members, 'Image', reading),
    told: readAttributes(members, 'Attributes'),
  }),
  CreateCollection: (members) => ({ operation: 'CreateCollection', groupId: readGroupId(members) }),
  ListCollections: (members) => ({ operation: 'ListCollections', ...readPage(members) }),
  DescribeCollection: (members) => ({ operation: 'DescribeCollection', groupId: readGroupId(members) }),
  DeleteCollection: (members) => ({ operation: 'DeleteCollection', groupId: readGroupId(members) }),
  IndexFaces: async (members, reading) => ({
    operation: 'IndexFaces',
    groupId: readGroupId(members),
    image: await readImage(members, 'Image', reading),
    externalImageId: members.text('ExternalImageId', { max: 255, pattern: '[a-zA-Z0-9_.\\-:]+' }),
    maxFaces: members.number('MaxFaces', { min: 1, max: Number.MAX_SAFE_INTEGER, isWhole: true }),
    qualityBar: readBar(members, 'AUTO'),
    told: readAttributes(members, 'DetectionAttributes'),
  }),
  ListFaces: (members) => ({
    operation: 'ListFaces',
    groupId: readGroupId(members),
    faceIds: readFaceIds(members),
    ...readPage(members),
  }),
  DeleteFaces: (members) => ({
    operation: 'DeleteFaces',
    groupId: readGroupId(members),
    faceIds: members.required('FaceIds', readFaceIds(members)),
  }),
  SearchFaces: (members) => ({
    operation: 'SearchFaces',
    groupId: readGroupId(members),
    faceId: fromUuid(members.required('FaceId', members.text('FaceId', FACE_ID))),
    ...readSearch(members),
  }),
  SearchFacesByImage: async (members, reading) => ({
    operation: 'SearchFacesByImage',
    groupId: readGroupId(members),
    image: await readImage(members, 'Image', reading),
    qualityBar: readBar(members, 'NONE'),
    ...readSearch(members),
  }),
}

/** What the header X-Amz-Target asks for. Throws UnknownOperationException. */
export function readOperation(target: string | undefined): Operation {
  const name = target?.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : ''
  if (isOperation(name)) return name
  throw new RekognitionError(
    'BAD_REQUEST',
    'UnknownOperationException',
    `The header X-Amz-Target names no operation that is served here: ${OPERATIONS.join(', ')}.`,
  )
}

export const OPERATIONS: readonly Operation[] = Object.keys(READ).filter(isOperation)

function isOperation(name: string): name is Operation {
  return Object.hasOwn(READ, name)
}

/**
 * Reads the body of a request. Rejects with SerializationException for members of another type, ValidationException for members that break
 * the rules of the original's model, InvalidParameterException for an image that is none or two, IMAGE_EMPTY and BODY_TOO_LARGE.
 */
export async function readRequest(
  operation: Operation,
  body: JsonObject,
  reading: Reading,
): Promise<RekognitionRequest> {
  return READ[operation](membersOf(body), reading)
}

function readGroupId(members: Members): string {
  return members.required('CollectionId', members.text('CollectionId', COLLECTION_ID))
}

function readFaceIds(members: Members): readonly string[] | undefined {
  return members.texts('FaceIds', { ...FACE_ID, maxTexts: MOST_AT_ONCE })?.map(fromUuid)
}

function readPage(members: Members): Page {
  const maxResults = members.number('MaxResults', { min: 0, max: MOST_AT_ONCE, isWhole: true })
  const nextToken = members.text('NextToken', { max: 255 })
  if (nextToken === undefined || TOKEN.test(nextToken)) return { maxResults, nextToken }
  const { text } = EXCEPTIONS.InvalidPaginationTokenException
  throw new RekognitionError('INVALID_PARAMETER', 'InvalidPaginationTokenException', text)
}

function readSearch(members: Members): Search {
  const maxFaces = members.number('MaxFaces', { min: 1, max: MOST_AT_ONCE, isWhole: true }) ?? DEFAULT_MAX_FACES
  return { maxFaces, leastScore: readThreshold(members, 'FaceMatchThreshold') }
}

function readThreshold(members: Members, name: string): number {
  const threshold = members.number(name, { min: 0, max: 100 }) ?? DEFAULT_SIMILARITY_THRESHOLD
  return REKOGNITION_SCALE.leastScore(threshold)
}

function readBar(members: Members, usual: (typeof QUALITY_FILTERS)[number]): QualityBar {
  return BAR_OF[members.choice('QualityFilter', QUALITY_FILTERS) ?? usual]
}

/** What is asked for beside what every answer tells of a face. */
function readAttributes(members: Members, name: string): readonly ToldAttribute[] {
  const names = members.texts(name, { max: 20, pattern: ATTRIBUTES.join('|'), maxTexts: 100 }) ?? []
  return TOLD_ATTRIBUTES.filter((told) => names.includes('ALL') || names.includes(told))
}

async function readImage(members: Members, name: string, reading: Reading, side?: Side): Promise<ImageSource> {
  const image = members.required(name, members.members(name))
  if (image.has('Bytes') === image.has('S3Object')) {
    throw new FaceCompareError('INVALID_PARAMETER', 'Expected either Bytes or an S3Object.', { side })
  }
  const s3Object = image.members('S3Object')
  return s3Object
    ? { s3Object: readS3Object(s3Object) }
    : { bytes: await readBytes(image, `${name.charAt(0).toLowerCase()}${name.slice(1)}.bytes`, reading, side) }
}

function readS3Object(members: Members): S3Object {
  return {
    bucket: members.required('Bucket', members.text('Bucket', { max: 255, pattern: '[0-9A-Za-z.\\-_]*' })),
    name: members.required('Name', members.text('Name', { max: 1024 })),
    version: members.text('Version', { max: 1024 }),
  }
}

async function readBytes(
  image: Members,
  path: string,
  { maxImageBytes, turn }: Reading,
  side: Side | undefined,
): Promise<Uint8Array> {
  const text = image.required('Bytes', image.text('Bytes', { max: Number.MAX_SAFE_INTEGER }))
  const bytes = await decodeBase64(text, { turn })
  if (!bytes) throw new RekognitionError('BAD_REQUEST', 'SerializationException', `Expected Base64 at '${path}'`)
  if (bytes.length > maxImageBytes) {
    throw new FaceCompareError('BODY_TOO_LARGE', `The image is larger than ${maxImageBytes} bytes.`, { side })
  }
  return bytes
}
