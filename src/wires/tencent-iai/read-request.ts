import type { JsonObject } from '../json-object.js'
import type { QualityBar } from '../quality-bar.js'
import { IaiError } from './errors.js'
import { type Reading, readImage, readImages } from './images.js'
import {
  checkId,
  checkText,
  readFlag,
  readId,
  readObjects,
  readScore,
  readText,
  readTexts,
  readWhole,
  required,
} from './members.js'
import {
  type Action,
  type FaceChoice,
  GENDERS,
  type IaiRequest,
  type Look,
  type Page,
  type Search,
  VERSIONS,
  type Version,
} from './request.js'
import { DEFAULT_FACE_MODEL_VERSION, FACE_MODEL_VERSIONS, type FaceModelVersion, IAI_SCALES } from './scale.js'

const BARS: readonly QualityBar[] = ['none', 'promise', 'fair', 'good', 'best']
/** What UniquePersonControl 1 to 4 ask for: one false accept in a hundred, a thousand, ten thousand, a hundred thousand. */
const SAME_PERSON_SCORES = [60, 70, 80, 90] as const
/** A face must be so much like those that its person has, if the call does not say. */
const DEFAULT_MATCH_THRESHOLD = 60
const MOST_ANALYZED = 10
const GROUP_ID = {
  illegal: 'InvalidParameterValue.GroupIdIllegal',
  tooLong: 'InvalidParameterValue.GroupIdTooLong',
} as const
const PERSON_ID = {
  illegal: 'InvalidParameterValue.PersonIdIllegal',
  tooLong: 'InvalidParameterValue.PersonIdTooLong',
} as const
const OTHER = 'InvalidParameter.InvalidParameter'

type Read = (body: JsonObject, reading: Reading, version: Version) => IaiRequest | Promise<IaiRequest>

const READ: Readonly<Record<Action, Read>> = {
  CompareFace: async (body, reading, version) => ({
    action: 'CompareFace',
    ...(await readSides(body, reading)),
    faceModelVersion: readModelVersion(body),
    faceChoice: readChoice(body, version),
    ...readLook(body),
  }),
  CompareMaskFace: async (body, reading) => ({
    action: 'CompareMaskFace',
    ...(await readSides(body, reading)),
    faceModelVersion: readModelVersion(body),
    faceChoice: 'largest',
    ...readLook(body),
  }),
  DetectFaceSimilarity: async (body, reading) => ({
    action: 'DetectFaceSimilarity',
    ...(await readSides(body, reading)),
    // The vendor lets nobody choose it here.
    faceModelVersion: DEFAULT_FACE_MODEL_VERSION,
    faceChoice: 'surest',
    ...readLook(body),
  }),
  DetectFace: async (body, reading) => ({
    action: 'DetectFace',
    image: await readImage(body, reading),
    maxFaces: readWhole(body, 'MaxFaceNum', { min: 1, max: 120, code: OTHER }) ?? 1,
    minFaceSize: readMinFaceSize(body),
    needsAttributes: readFlag(body, 'NeedFaceAttributes'),
    needsQuality: readFlag(body, 'NeedQualityDetection'),
    faceModelVersion: readModelVersion(body),
  }),
  AnalyzeFace: async (body, reading) => ({
    action: 'AnalyzeFace',
    image: await readImage(body, reading),
    maxFaces: readWhole(body, 'Mode', { min: 0, max: 1, code: OTHER }) === 1 ? 1 : MOST_ANALYZED,
    faceModelVersion: readModelVersion(body),
  }),
  CreateGroup: readNewGroup,
  GetGroupList: (body) => ({ action: 'GetGroupList', ...readPage(body) }),
  DeleteGroup: (body) => ({ action: 'DeleteGroup', groupId: readId(body, 'GroupId', GROUP_ID) }),
  CreatePerson: readNewPerson,
  DeletePerson: (body) => ({ action: 'DeletePerson', personId: readId(body, 'PersonId', PERSON_ID) }),
  CreateFace: async (body, reading) => ({
    action: 'CreateFace',
    personId: readId(body, 'PersonId', PERSON_ID),
    images: await readImages(body, reading),
    leastScore: scoreAt(readScore(body, 'FaceMatchThreshold') ?? DEFAULT_MATCH_THRESHOLD),
    ...readLook(body),
  }),
  DeleteFace: (body) => ({
    action: 'DeleteFace',
    personId: readId(body, 'PersonId', PERSON_ID),
    faceIds: required('FaceIds', readTexts(body, 'FaceIds', { max: 100, code: 'InvalidParameter.InvalidParameter' })),
  }),
  GetPersonList: (body) => ({
    action: 'GetPersonList',
    groupId: readId(body, 'GroupId', GROUP_ID),
    ...readPage(body),
  }),
  VerifyFace: async (body, reading) => ({
    action: 'VerifyFace',
    personId: readId(body, 'PersonId', PERSON_ID),
    image: await readImage(body, reading),
    ...readLook(body),
  }),
  SearchFaces: async (body, reading) => ({ action: 'SearchFaces', ...(await readSearch(body, reading)) }),
  SearchPersons: async (body, reading) => ({ action: 'SearchPersons', ...(await readSearch(body, reading)) }),
}

export const ACTIONS: readonly Action[] = Object.keys(READ).filter(isAction)

/** Not in the version of 2018. */
const SINCE_2020: readonly Action[] = ['CompareMaskFace', 'DetectFaceSimilarity']

function isAction(name: string): name is Action {
  return Object.hasOwn(READ, name)
}

/** What the headers X-TC-Action and X-TC-Version ask for. Throws NoSuchVersion or InvalidAction. */
export function readAction(
  action: string | undefined,
  version: string | undefined,
): { readonly action: Action; readonly version: Version } {
  const known = VERSIONS.find((candidate) => candidate === version)
  if (!known) {
    const sentence = `The header X-TC-Version must be ${VERSIONS.join(' or ')}.`
    throw new IaiError('BAD_REQUEST', 'NoSuchVersion', sentence)
  }
  const name = action ?? ''
  if (isAction(name) && !(known === '2018-03-01' && SINCE_2020.includes(name))) return { action: name, version: known }
  const sentence = `The header X-TC-Action names no action that is served here: ${ACTIONS.join(', ')}.`
  throw new IaiError('BAD_REQUEST', 'InvalidAction', sentence)
}

/** Reads the body of a request. Rejects as the vendor's list of codes has it; parameters that are not known are passed over. */
export async function readRequest(
  { action, version }: { readonly action: Action; readonly version: Version },
  body: JsonObject,
  reading: Reading,
): Promise<IaiRequest> {
  return READ[action](body, reading, version)
}

/** A's failure before B's. */
async function readSides(body: JsonObject, reading: Reading) {
  const A = await readImage(body, reading, 'A')
  return { A, B: await readImage(body, reading, 'B') }
}

/** The version of 2018 always takes the largest. */
function readChoice(body: JsonObject, version: Version): FaceChoice {
  if (version === '2018-03-01') return 'largest'
  return readWhole(body, 'FaceMatchingStrategy', { min: 0, max: 1, code: OTHER }) === 1 ? 'largest' : 'surest'
}

function readNewGroup(body: JsonObject): Extract<IaiRequest, { readonly action: 'CreateGroup' }> {
  const name = required('GroupName', readText(body, 'GroupName'))
  const descriptions = readTexts(body, 'GroupExDescriptions', {
    max: 5,
    code: 'InvalidParameterValue.GroupExDescriptionsExceed',
  })
  return {
    action: 'CreateGroup',
    groupId: readId(body, 'GroupId', GROUP_ID),
    name: checkText(name, 'GroupName', {
      maxCharacters: 60,
      illegal: 'InvalidParameterValue.GroupNameIllegal',
      tooLong: 'InvalidParameterValue.GroupNameTooLong',
    }),
    descriptions: (descriptions ?? []).map((text) =>
      checkText(text, 'GroupExDescriptions', {
        maxCharacters: 30,
        illegal: 'InvalidParameterValue.GroupExDescriptionsNameIllegal',
        tooLong: 'InvalidParameterValue.GroupExDescriptionsNameTooLong',
      }),
    ),
    tag: checkText(readText(body, 'Tag') ?? '', 'Tag', {
      maxCharacters: 40,
      illegal: OTHER,
      tooLong: 'InvalidParameterValue.GroupTagTooLong',
    }),
    faceModelVersion: readModelVersion(body),
  }
}

async function readNewPerson(
  body: JsonObject,
  reading: Reading,
): Promise<Extract<IaiRequest, { readonly action: 'CreatePerson' }>> {
  const control = readWhole(body, 'UniquePersonControl', {
    min: 0,
    max: SAME_PERSON_SCORES.length,
    code: 'InvalidParameterValue.UniquePersonControlIllegal',
  })
  const gender = readWhole(body, 'Gender', { min: 0, max: 2, code: 'InvalidParameterValue.PersonGenderIllegal' })
  return {
    action: 'CreatePerson',
    groupId: readId(body, 'GroupId', GROUP_ID),
    personId: readId(body, 'PersonId', PERSON_ID),
    name: checkText(required('PersonName', readText(body, 'PersonName')), 'PersonName', {
      maxCharacters: 60,
      illegal: 'InvalidParameterValue.PersonNameIllegal',
      tooLong: 'InvalidParameterValue.PersonNameTooLong',
    }),
    gender: GENDERS[gender ?? 0] ?? 'unknown',
    descriptions: readDescriptions(body),
    image: await readImage(body, reading),
    samePersonScore: control === undefined || control === 0 ? undefined : SAME_PERSON_SCORES[control - 1],
    ...readLook(body),
  }
}

function readDescriptions(body: JsonObject): readonly { readonly index: number; readonly text: string }[] {
  const code = 'InvalidParameterValue.PersonExDescriptionInfosExceed'
  const infos = readObjects(body, 'PersonExDescriptionInfos', { max: 5, code }) ?? []
  return infos.map((info) => ({
    index: readWhole(info, 'PersonExDescriptionIndex', { min: 0, max: 4, code }) ?? 0,
    text: checkText(readText(info, 'PersonExDescription') ?? '', 'PersonExDescription', {
      maxCharacters: 60,
      illegal: OTHER,
      tooLong: OTHER,
    }),
  }))
}

async function readSearch(body: JsonObject, reading: Reading): Promise<Search> {
  const ids = readTexts(body, 'GroupIds', { max: 100, code: 'InvalidParameterValue.GroupIdsExceed' })
  return {
    groupIds: required('GroupIds', ids).map((id) => checkId(id, 'GroupIds', GROUP_ID)),
    image: await readImage(body, reading),
    maxFaces: readWhole(body, 'MaxFaceNum', { min: 1, max: 10, code: 'FailedOperation.SearchFacesExceed' }) ?? 1,
    minFaceSize: readMinFaceSize(body),
    maxPersons:
      readWhole(body, 'MaxPersonNum', { min: 1, max: 100, code: 'InvalidParameterValue.SearchPersonsExceed' }) ?? 5,
    leastScore: scoreAt(readScore(body, 'FaceMatchThreshold') ?? 0),
    needsPersonInfo: readFlag(body, 'NeedPersonInfo'),
    ...readLook(body),
  }
}

function readLook(body: JsonObject): Look {
  const code = 'InvalidParameterValue.QualityControlIllegal'
  const control = readWhole(body, 'QualityControl', { min: 0, max: BARS.length - 1, code }) ?? 0
  return { qualityBar: BARS[control] ?? 'none' }
}

function readPage(body: JsonObject): Page {
  return {
    offset: readWhole(body, 'Offset', { min: 0, max: Number.MAX_SAFE_INTEGER, code: OTHER }) ?? 0,
    limit: readWhole(body, 'Limit', { min: 1, max: 1000, code: 'InvalidParameterValue.LimitExceed' }) ?? 10,
  }
}

function readMinFaceSize(body: JsonObject): number {
  return readWhole(body, 'MinFaceSize', { min: 0, max: 100_000, code: OTHER }) ?? 34
}

function readModelVersion(body: JsonObject): FaceModelVersion {
  const text = readText(body, 'FaceModelVersion') ?? ''
  const known = text === '' ? DEFAULT_FACE_MODEL_VERSION : FACE_MODEL_VERSIONS.find((candidate) => candidate === text)
  if (known) return known
  const sentence = `Expected FaceModelVersion to be ${FACE_MODEL_VERSIONS.join(' or ')}.`
  throw new IaiError('INVALID_PARAMETER', 'InvalidParameterValue.FaceModelVersionIllegal', sentence)
}

/** Of groups and searches, whose scores are those of model 3.0. */
function scoreAt(threshold: number): number {
  return IAI_SCALES[DEFAULT_FACE_MODEL_VERSION].leastScore(threshold)
}
