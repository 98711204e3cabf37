import { SESSION_ID } from './answer.js'
import type { DescribedCall, DescribedDoor } from './door.js'
import type { JsonObject } from './json-object.js'
import { list, number, object, reference, text, whole } from './parts.js'
import { IAI_FACES } from './tencent-iai-faces.js'

const of = (name: string) => reference(`Iai${name}`)
const score = (description: string) => number(description, 0, 100)
const texts = (description: string) => list({ type: 'string' }, description)
const flag = (description: string): JsonObject => ({ type: 'integer', description: `1 for yes. ${description}` })

const IMAGE_BYTES = text('The picture in Base64.')
const URL = text('Where the picture is (http or https). With both the url alone is used.')
const IMAGE = { Image: IMAGE_BYTES, Url: URL }
const IMAGES = { ImageA: IMAGE_BYTES, UrlA: URL, ImageB: IMAGE_BYTES, UrlB: URL }
const id = (description: string): JsonObject => ({ ...text(description), pattern: '^[A-Za-z0-9%@#&_\\-]{1,64}$' })
const GROUP = { GroupId: id('The group.') }
const PERSON = { PersonId: id('The person.') }
const TURNED = { NeedRotateDetection: flag('Passed over: faces are found however they lie.') }
const LOOK = {
  QualityControl: whole('How well faces must be shown: 0 any, 1 as `/face/compare` asks, 2 to 4 better.', 0, 4),
  ...TURNED,
}
const MODEL = { FaceModelVersion: { ...text('The scale of the score; 3.0 if it is not sent.'), enum: ['2.0', '3.0'] } }
const PAGE = {
  Offset: whole('How many are passed over.', 0),
  Limit: whole('How many at once; 10 if it is not sent.', 1, 1000),
}
const SEARCH = {
  ...{ MaxFaceNum: whole('The largest faces so many; 1 if it is not sent.', 1, 10) },
  MinFaceSize: whole('Pixels: smaller faces are passed over; 34 if it is not sent.', 0),
  MaxPersonNum: whole('For each face; 5 if it is not sent, and never more than the service allows.', 1, 100),
  FaceMatchThreshold: score('Candidates have this score at least; 0 if it is not sent.'),
  NeedPersonInfo: flag('Name and gender of the candidates.'),
  ...LOOK,
}
const GROUPS = { GroupIds: { ...list(id('A group.'), 'The groups that are searched.'), minItems: 1, maxItems: 100 } }

const ANSWER_MODEL = { FaceModelVersion: { ...text('The scale of the score.'), enum: ['2.0', '3.0'] } }
const SIZE = { ImageWidth: whole('Pixels of the upright picture.', 1), ImageHeight: whole('The same.', 1) }
const SCORE = { Score: score('On the scale of docs/doors.md.') }
const FACE_RECTS = list(of('Rect'), 'Where they are in their pictures.')

/** An answer has all in `Response`, and with it the id of the call. */
function answer(
  description: string,
  always: Readonly<Record<string, JsonObject>>,
  others: Readonly<Record<string, JsonObject>> = {},
): JsonObject {
  const RequestId: JsonObject = { ...text('The id of the call, the same as in X-Request-Id.'), format: 'uuid' }
  return object(description, { Response: object(description, { ...always, RequestId }, others) })
}

const COMPARED = answer('The score.', { ...SCORE, ...ANSWER_MODEL })
const FOUND = { Results: list(of('SearchResult'), 'One for each face of the picture.') }

const FACES: Readonly<Record<string, DescribedCall>> = {
  CompareFace: {
    request: object(
      'Two pictures are compared.',
      {},
      {
        ...IMAGES,
        ...MODEL,
        FaceMatchingStrategy: whole('Of several faces 0 the surest, 1 the largest; not in the version of 2018.', 0, 1),
        ...LOOK,
      },
    ),
    answer: COMPARED,
  },
  CompareMaskFace: {
    request: object('As CompareFace, of the largest faces.', {}, { ...IMAGES, ...MODEL, ...LOOK }),
    answer: COMPARED,
  },
  DetectFaceSimilarity: {
    request: object('As CompareFace, of the surest faces and on the scale of model 3.0.', {}, { ...IMAGES, ...LOOK }),
    answer: answer('The score.', SCORE),
  },
  DetectFace: {
    request: object(
      'The faces of a picture. Nothing is kept.',
      {},
      {
        ...IMAGE,
        MaxFaceNum: whole('The largest so many; 1 if it is not sent.', 1, 120),
        MinFaceSize: SEARCH.MinFaceSize,
        NeedFaceAttributes: flag('What the largest five look like.'),
        NeedQualityDetection: flag('How the largest thirty are shown.'),
        ...MODEL,
        ...TURNED,
      },
    ),
    answer: answer('What was found.', {
      ...SIZE,
      FaceInfos: list(of('FaceInfo'), 'The largest first.'),
      ...ANSWER_MODEL,
    }),
  },
  AnalyzeFace: {
    request: object(
      'The outlines of the faces of a picture. Nothing is kept.',
      {},
      {
        ...{ Mode: whole('1 for the largest face alone.', 0, 1), ...IMAGE },
        ...MODEL,
        ...TURNED,
      },
    ),
    answer: answer('The outlines.', {
      ...SIZE,
      FaceShapeSet: list(of('FaceShape'), 'The largest face first.'),
      ...ANSWER_MODEL,
    }),
  },
}

const GROUP_CALLS: Readonly<Record<string, DescribedCall>> = {
  CreateGroup: {
    request: object(
      'Makes a group.',
      { ...GROUP, GroupName: text('At most 60 characters.') },
      {
        Tag: text('A remark, at most 40 characters.'),
        GroupExDescriptions: { ...texts('Refused: they are not kept.'), maxItems: 5 },
        FaceModelVersion: { ...text('3.0; another one is refused.'), enum: ['2.0', '3.0'] },
      },
    ),
    answer: answer('It was made.', ANSWER_MODEL),
  },
  GetGroupList: {
    request: object('All groups of the app.', {}, PAGE),
    answer: answer('A page of them.', {
      GroupInfos: list(of('GroupInfo'), 'By their ids.'),
      GroupNum: whole('How many there are.', 0),
    }),
  },
  DeleteGroup: {
    request: object('Deletes a group with all who are in no other one, for good.', GROUP),
    answer: answer('It is gone.', {}),
  },
  CreatePerson: {
    request: object(
      'Enrols a person with the largest face of a picture.',
      { ...GROUP, ...PERSON, PersonName: text('At most 60 characters.') },
      {
        Gender: whole('0; another one is refused: it is not kept.', 0, 2),
        PersonExDescriptionInfos: { ...list({ type: 'object' }, 'Refused: they are not kept.'), maxItems: 5 },
        UniquePersonControl: whole('1 to 4: nobody is made who is so much like somebody of the group.', 0, 4),
        ...IMAGE,
        ...LOOK,
      },
    ),
    answer: answer(
      'Who was made, or who is the same.',
      {
        FaceId: text('Empty where nobody was made.'),
        SimilarPersonId: text('Who is the same; empty where there is nobody.'),
        ...ANSWER_MODEL,
      },
      { FaceRect: of('Rect') },
    ),
  },
  DeletePerson: {
    request: object('Deletes a person, for good.', PERSON),
    answer: answer('The person is gone.', {}),
  },
  CreateFace: {
    request: object('Adds faces to a person.', PERSON, {
      ...{
        Images: { ...texts('Pictures in Base64.'), maxItems: 5 },
        Urls: { ...texts('Or where they are.'), maxItems: 5 },
      },
      FaceMatchThreshold: score('Faces are added that are so much like those of the person; 60 if it is not sent.'),
      ...LOOK,
    }),
    answer: answer('What became of each picture.', {
      SucFaceNum: whole('Faces that were added.', 0),
      SucFaceIds: texts('Their ids.'),
      RetCode: list({ type: 'integer' }, 'Of each picture in turn: 0, or why its face was not added.'),
      SucIndexes: list(whole('Counted from 0.', 0), 'The pictures whose faces were added.'),
      SucFaceRects: FACE_RECTS,
      ...ANSWER_MODEL,
    }),
  },
  DeleteFace: {
    request: object('Deletes faces of a person, for good.', {
      ...PERSON,
      FaceIds: { ...texts('The faces.'), minItems: 1, maxItems: 100 },
    }),
    answer: answer('What is gone.', { SucDeletedNum: whole('How many.', 0), SucFaceIds: texts('Which.') }),
  },
  GetPersonList: {
    request: object('The persons of a group.', GROUP, PAGE),
    answer: answer('A page of them.', {
      PersonInfos: list(of('PersonInfo'), 'By their ids.'),
      PersonNum: whole('Persons of the group.', 0),
      FaceNum: whole('Their faces.', 0),
      ...ANSWER_MODEL,
    }),
  },
}

const SEARCHES: Readonly<Record<string, DescribedCall>> = {
  VerifyFace: {
    request: object('Does a picture show this person?', PERSON, { ...IMAGE, ...LOOK }),
    answer: answer('The best score of the faces of the person.', {
      ...SCORE,
      IsMatch: { type: 'boolean', description: 'Whether the score is 60 or more.' },
      ...ANSWER_MODEL,
    }),
  },
  SearchFaces: {
    request: object('Who of the groups is it?', GROUPS, { ...IMAGE, ...SEARCH }),
    answer: answer('The candidates.', { ...FOUND, FaceNum: whole('Faces that were searched.', 0), ...ANSWER_MODEL }),
  },
  SearchPersons: {
    request: object('Who of the groups is it?', GROUPS, { ...IMAGE, ...SEARCH }),
    answer: answer('The candidates.', {
      ...FOUND,
      PersonNum: whole('Persons who were searched.', 0),
      ...ANSWER_MODEL,
    }),
  },
}

const BYTES = '/9j/4AAQSkZJRgABAQEASABIAAD/'

/** The door for programs written for Tencent Cloud IAI. */
export const TENCENT_IAI: DescribedDoor = {
  title: 'Tencent Cloud IAI',
  prefix: 'Iai',
  contentType: 'application/json',
  callHeader: { name: 'X-TC-Action', before: '' },
  headers: {
    'X-TC-Version': {
      description: 'The version of the interface.',
      schema: { type: 'string', enum: ['2018-03-01', '2020-03-03'] },
      isNeeded: true,
    },
    'X-TC-Timestamp': {
      description: 'When it was signed: Unix seconds, at most 5 minutes from the clock of the service.',
      schema: { type: 'integer' },
      isNeeded: true,
    },
  },
  security: {
    name: 'tc3',
    scheme: {
      ...{ type: 'apiKey', in: 'header', name: 'Authorization' },
      description: 'TC3-HMAC-SHA256 with a SecretId: `TC3-HMAC-SHA256 Credential=...`.',
    },
  },
  calls: { ...FACES, ...GROUP_CALLS, ...SEARCHES },
  schemas: IAI_FACES,
  failure: answer('Why there is no answer.', {
    Error: object('What is wrong.', {
      Code: text('A code of the vendor’s, such as `InvalidParameterValue.NoFaceInPhoto`.'),
      Message: text('A sentence for a person.'),
    }),
  }),
  failureStatuses: { '200': 'Failures have it, too.' },
  answerHeaders: {},
  examples: {
    requests: {
      CompareFace: { ImageA: BYTES, UrlB: 'https://example.com/b.jpg' },
      DetectFace: { Image: BYTES, MaxFaceNum: 5, NeedFaceAttributes: 1 },
    },
    failure: {
      status: '200',
      value: {
        Response: {
          Error: { Code: 'InvalidParameterValue.NoFaceInPhoto', Message: 'ImageA: No face was found in the image.' },
          RequestId: SESSION_ID,
        },
      },
    },
  },
}
