import type { ErrorName } from '../errors.js'
import { SESSION_ID } from './answer.js'
import { ABOUT_IDS, OF_A_FACE, OF_AN_IMAGE, OF_ATTRIBUTES } from './failures.js'
import type { DataField } from './family-answers.js'
import type { CallFields, FamilyField } from './family-fields.js'
import type { JsonObject } from './json-object.js'

export type FamilyTag = 'Faces' | 'Persons' | 'Groups' | 'Search'

/** One call of the family, as it is described. */
export interface FamilyCall extends CallFields {
  readonly path: string
  readonly operationId: string
  readonly tag: FamilyTag
  readonly summary: string
  readonly description: string
  /** Bodies that work, without the appid. */
  readonly example: Readonly<Partial<Record<FamilyField, unknown>>>
  /** Of the answer, each with an example. */
  readonly data: Readonly<Partial<Record<DataField, unknown>>>
  /** The codes of the face layer that it may end with. */
  readonly failures: readonly ErrorName[]
}

const EXAMPLE_URL = 'https://example.com/a.jpg'
const FACE_ID = '1005338790489817087'
const PERSON_ID = 'person0'
const GROUPS = ['tencent', 'qq']
const session_id = SESSION_ID
const PLACE = { x: 44, y: 33, width: 64, height: 64 }
const FACE = { face_id: FACE_ID, ...PLACE, pitch: 5, roll: 0, yaw: 6, age: 37, gender: 99, glass: true, expression: 6 }
const CANDIDATE = { person_id: PERSON_ID, face_id: FACE_ID, confidence: 94.84, tag: '' }
const SIZE = { image_width: 200, image_height: 200 }

const line = (count: number): readonly JsonObject[] => Array.from({ length: count }, (_, i) => ({ x: 60 + i, y: 80 }))
const OUTLINE = {
  ...{ face_profile: line(21), left_eye: line(8), right_eye: line(8), left_eyebrow: line(8) },
  ...{ right_eyebrow: line(8), mouth: line(22), nose: line(13) },
}

const PICTURE = ['image', 'url'] as const

const OF_A_PERSON: readonly ErrorName[] = ['INTERFACE_NOT_SUPPORTED', 'STORAGE_FAILED', ...ABOUT_IDS]
const OF_A_SEARCH: readonly ErrorName[] = [...OF_A_PERSON, 'GROUP_UNKNOWN', 'GROUP_LIST_UNKNOWN', 'TOO_MANY_GROUPS']

const FACES: readonly FamilyCall[] = [
  {
    path: '/face/detect',
    operationId: 'detectFaces',
    tag: 'Faces',
    summary: 'Find the faces of a picture',
    description: 'Where they are, age, sex, expression, glasses and how the head is turned. Nothing is kept.',
    needed: [],
    other: [...PICTURE, 'mode'],
    example: { url: EXAMPLE_URL, mode: 0 },
    data: { session_id, ...SIZE, face: [FACE] },
    failures: [...OF_AN_IMAGE, ...OF_ATTRIBUTES],
  },
  {
    path: '/face/shape',
    operationId: 'outlineFaces',
    tag: 'Faces',
    summary: 'Outline the faces of a picture',
    description: 'Each face in 88 points, in the order of the original service. Nothing is kept.',
    needed: [],
    other: [...PICTURE, 'mode'],
    example: { url: EXAMPLE_URL, mode: 1 },
    data: { session_id, ...SIZE, face_shape: [OUTLINE] },
    failures: [...OF_AN_IMAGE, 'LANDMARKS_FAILED'],
  },
]

const PERSONS: readonly FamilyCall[] = [
  {
    path: '/face/newperson',
    operationId: 'createPerson',
    tag: 'Persons',
    summary: 'Enrol a person',
    description: 'With the most prominent face of a picture, in one group or several. `tag` is the remark of the face.',
    needed: ['person_id', 'group_ids'],
    other: ['person_name', 'tag', ...PICTURE],
    example: { person_id: PERSON_ID, group_ids: GROUPS, person_name: 'Ada', url: EXAMPLE_URL },
    data: {
      session_id,
      person_id: PERSON_ID,
      suc_group: 2,
      suc_face: 1,
      face_id: FACE_ID,
      group_ids: ['qq', 'tencent'],
    },
    failures: [
      ...OF_A_PERSON,
      ...(['PERSON_EXISTS', 'GROUP_LIST_UNKNOWN', 'TOO_MANY_GROUPS', 'TOO_MANY_PERSONS'] as const),
      ...OF_AN_IMAGE,
      ...OF_A_FACE,
      ...OF_ATTRIBUTES,
    ],
  },
  {
    path: '/face/delperson',
    operationId: 'deletePerson',
    tag: 'Persons',
    summary: 'Delete a person',
    description: 'For good, with all faces and out of all groups.',
    needed: ['person_id'],
    other: [],
    example: { person_id: PERSON_ID },
    data: { session_id, deleted: 1, person_id: PERSON_ID },
    failures: [...OF_A_PERSON, 'PERSON_UNKNOWN'],
  },
  {
    path: '/face/addface',
    operationId: 'addFaces',
    tag: 'Persons',
    summary: 'Add faces to a person',
    description: 'The most prominent one of each picture. What is wrong with one picture keeps none of the others out.',
    needed: ['person_id'],
    other: ['images', 'urls', 'tag'],
    example: { person_id: PERSON_ID, urls: [EXAMPLE_URL, 'https://example.com/b.jpg'] },
    data: { session_id, added: 1, face_ids: [FACE_ID, ''], ret_codes: [0, -1312] },
    failures: [...OF_A_PERSON, 'PERSON_UNKNOWN', 'TOO_MANY_FACES', 'SAME_FACE_ADDED', ...OF_AN_IMAGE, ...OF_A_FACE],
  },
  {
    path: '/face/delface',
    operationId: 'deleteFaces',
    tag: 'Persons',
    summary: 'Delete faces of a person',
    description: 'For good. `face_ids` of the answer are those that were the person’s.',
    needed: ['person_id', 'face_ids'],
    other: [],
    example: { person_id: PERSON_ID, face_ids: [FACE_ID] },
    data: { session_id, deleted: 1, face_ids: [FACE_ID] },
    failures: [...OF_A_PERSON, 'PERSON_UNKNOWN', 'FACE_UNKNOWN'],
  },
  {
    path: '/face/setinfo',
    operationId: 'setPersonInfo',
    tag: 'Persons',
    summary: 'Change the name or the remark of a person',
    description: 'What is not sent stays as it is.',
    needed: ['person_id'],
    other: ['person_name', 'tag'],
    example: { person_id: PERSON_ID, tag: 'staff' },
    data: { session_id, person_id: PERSON_ID },
    failures: [...OF_A_PERSON, 'PERSON_UNKNOWN'],
  },
  {
    path: '/face/getinfo',
    operationId: 'getPersonInfo',
    tag: 'Persons',
    summary: 'Read what is kept of a person',
    description: 'Name, remark, faces and groups.',
    needed: ['person_id'],
    other: [],
    example: { person_id: PERSON_ID },
    data: {
      ...{ session_id, person_id: PERSON_ID, person_name: 'Ada', tag: '' },
      ...{ face_ids: [FACE_ID], group_ids: ['qq', 'tencent'] },
    },
    failures: [...OF_A_PERSON, 'PERSON_UNKNOWN'],
  },
  {
    path: '/face/getfaceids',
    operationId: 'listFaces',
    tag: 'Persons',
    summary: 'List the faces of a person',
    description: 'The oldest first.',
    needed: ['person_id'],
    other: [],
    example: { person_id: PERSON_ID },
    data: { face_ids: [FACE_ID] },
    failures: [...OF_A_PERSON, 'PERSON_UNKNOWN'],
  },
  {
    path: '/face/getfaceinfo',
    operationId: 'getFaceInfo',
    tag: 'Persons',
    summary: 'Read what is kept of a face',
    description: 'What was read from its picture when it was enrolled.',
    needed: ['face_id'],
    other: [],
    example: { face_id: FACE_ID },
    data: { face_info: FACE },
    failures: [...OF_A_PERSON, 'FACE_UNKNOWN'],
  },
]

const GROUP_CALLS: readonly FamilyCall[] = [
  {
    path: '/face/getgroupids',
    operationId: 'listGroups',
    tag: 'Groups',
    summary: 'List the groups of the app',
    description: 'A group is there as long as somebody is in it.',
    needed: [],
    other: [],
    example: {},
    data: { group_ids: GROUPS.toSorted() },
    failures: ['INTERFACE_NOT_SUPPORTED', 'STORAGE_FAILED'],
  },
  {
    path: '/face/getpersonids',
    operationId: 'listPersons',
    tag: 'Groups',
    summary: 'List the persons of a group',
    description: 'All of them at once.',
    needed: ['group_id'],
    other: [],
    example: { group_id: 'qq' },
    data: { person_ids: [PERSON_ID] },
    failures: [...OF_A_PERSON, 'GROUP_UNKNOWN'],
  },
  {
    path: '/face/addgroupids',
    operationId: 'addToGroups',
    tag: 'Groups',
    summary: 'Add a person to groups',
    description: '`added` counts those that the person was not in; `group_ids` are all that the person is in now.',
    needed: ['person_id', 'group_ids'],
    other: ['session_id'],
    example: { person_id: PERSON_ID, group_ids: ['vip'] },
    data: { session_id, person_id: PERSON_ID, added: 1, group_ids: ['qq', 'tencent', 'vip'] },
    failures: [...OF_A_SEARCH.filter((name) => name !== 'GROUP_UNKNOWN'), 'PERSON_UNKNOWN', 'TOO_MANY_PERSONS'],
  },
  {
    path: '/face/delgroupids',
    operationId: 'removeFromGroups',
    tag: 'Groups',
    summary: 'Take a person out of groups',
    description: 'The person stays, also in no group at all. `group_ids` are all that the person is in now.',
    needed: ['person_id', 'group_ids'],
    other: ['session_id'],
    example: { person_id: PERSON_ID, group_ids: ['qq'] },
    data: { session_id, person_id: PERSON_ID, deleted: 1, group_ids: ['tencent'] },
    failures: [...OF_A_SEARCH, 'PERSON_UNKNOWN'],
  },
]

const GROUPS_OF_A_SEARCH = ['group_id', 'group_ids'] as const

const SEARCHES: readonly FamilyCall[] = [
  {
    path: '/face/verify',
    operationId: 'verifyPerson',
    tag: 'Search',
    summary: 'Does a picture show this person?',
    description: 'The best score of the person’s faces with the most prominent face of the picture.',
    needed: ['person_id'],
    other: PICTURE,
    example: { person_id: PERSON_ID, url: EXAMPLE_URL },
    data: { session_id, confidence: 94.84, ismatch: true },
    failures: [...OF_A_PERSON, 'PERSON_UNKNOWN', 'FACE_UNKNOWN', ...OF_AN_IMAGE, ...OF_A_FACE],
  },
  {
    path: '/face/identify',
    operationId: 'identifyPerson',
    tag: 'Search',
    summary: 'Who of a group is this?',
    description:
      'The persons of one group or several that the most prominent face of the picture is most like. There is no cut-off: ' +
      'strangers have candidates, too. A body of `/face/compare` is compared: the examples of the original service print this path.',
    needed: [],
    other: [...GROUPS_OF_A_SEARCH, ...PICTURE, 'session_id'],
    example: { group_id: 'qq', url: EXAMPLE_URL },
    data: { session_id, candidates: [CANDIDATE] },
    failures: [...OF_A_SEARCH, ...OF_AN_IMAGE, ...OF_A_FACE],
  },
  {
    path: '/face/multidentify',
    operationId: 'identifyAllPersons',
    tag: 'Search',
    summary: 'Who of a group are they?',
    description: 'As identify, for each face of the picture.',
    needed: [],
    other: [...GROUPS_OF_A_SEARCH, ...PICTURE, 'session_id'],
    example: { group_ids: ['qq'], url: EXAMPLE_URL },
    data: { session_id, results: [{ candidates: [CANDIDATE], face_rect: PLACE }] },
    failures: [...OF_A_SEARCH, ...OF_AN_IMAGE, ...OF_A_FACE],
  },
]

/** The calls beside comparisons that are answered. */
export const FAMILY_CALLS: readonly FamilyCall[] = [...FACES, ...PERSONS, ...GROUP_CALLS, ...SEARCHES]
