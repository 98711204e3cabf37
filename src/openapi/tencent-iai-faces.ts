import type { JsonObject } from './json-object.js'
import { list, number, object, reference, text, whole } from './parts.js'

const of = (name: string) => reference(`Iai${name}`)
const score = (description: string) => number(description, 0, 100)
const integer = (description: string): JsonObject => ({ type: 'integer', description })

const CORNER = {
  X: integer('Left edge in pixels of the upright picture; below 0 over its edge.'),
  Y: integer('Upper edge.'),
}
const RECT = { ...CORNER, Width: whole('Pixels.', 0), Height: whole('Pixels.', 0) }
const GENDER = whole('0 unknown, 1 male, 2 female.', 0, 2)

const points = (count: number): JsonObject => ({
  type: 'array',
  items: of('Point'),
  minItems: count,
  maxItems: count,
})
const POINTS = {
  ...{ FaceProfile: 21, LeftEye: 8, RightEye: 8, LeftEyeBrow: 8, RightEyeBrow: 8, Mouth: 22, Nose: 13 },
  ...{ LeftPupil: 1, RightPupil: 1 },
} as const

/** What the calls of the door share of faces, groups and persons. */
export const IAI_FACES: Readonly<Record<string, JsonObject>> = {
  Rect: object('Where a face is.', RECT),
  Point: object('Pixels of the upright picture.', { X: integer('To the right.'), Y: integer('Down.') }),
  FaceInfo: object('A face of a picture.', RECT, {
    FaceAttributesInfo: of('FaceAttributes'),
    FaceQualityInfo: of('FaceQuality'),
  }),
  FaceAttributes: object(
    'Estimates, in whole numbers. There is no Beauty: people are not rated. Hat, Mask, Hair and EyeOpen are not told.',
    {
      Pitch: whole('Degrees: up and down.', -30, 30),
      Yaw: whole('Degrees: to the left and right.', -30, 30),
      Roll: whole('Degrees: in the plane of the picture, clockwise positive.', -180, 180),
    },
    {
      Gender: whole('0 to 49 looks like a woman, 50 to 100 like a man; the surer, the nearer to 0 or 100.', 0, 100),
      Age: whole('Years.', 0, 100),
      Expression: whole('0 (none), 50 (a smile) to 100 (laughing).', 0, 100),
      Glass: { type: 'boolean', description: 'Whether glasses are worn.' },
    },
  ),
  FaceQuality: object('How a face is shown.', {
    Score: score('Below 40 poor, 60 good, 80 very good.'),
    Sharpness: score('Below 60 blurred, from 80 on clear.'),
    Brightness: score('30 to 70 as it should be.'),
    Completeness: object(
      'Below 80: something of the face is covered; which part is not told.',
      Object.fromEntries(
        ['Eyebrow', 'Eye', 'Nose', 'Cheek', 'Mouth', 'Chin'].map((part) => [part, score('The same for each part.')]),
      ),
    ),
  }),
  FaceShape: object(
    '88 points and two pupils; left is the left of the picture.',
    Object.fromEntries(Object.entries(POINTS).map(([part, count]) => [part, points(count)])),
  ),
  GroupInfo: object(
    'A group.',
    {
      GroupName: text('The name; the id where there is none.'),
      GroupId: text('The id.'),
      GroupExDescriptions: list({ type: 'string' }, 'Always empty.'),
      Tag: text('The remark; may be empty.'),
      FaceModelVersion: { type: 'string', const: '3.0' },
    },
    { CreationTimestamp: whole('Unix milliseconds; absent where it is not known.', 0) },
  ),
  PersonInfo: object(
    'A person.',
    {
      PersonName: text('The name.'),
      PersonId: text('The id.'),
      Gender: GENDER,
      PersonExDescriptions: list({ type: 'string' }, 'Always empty.'),
      FaceIds: list({ type: 'string' }, 'The faces, the oldest first.'),
    },
    { CreationTimestamp: whole('Unix milliseconds; absent where it is not known.', 0) },
  ),
  SearchResult: object('Who a face may be.', {
    Candidates: list(
      object(
        'Somebody who may be shown.',
        {
          PersonId: text('The person.'),
          FaceId: text('The face that fits best; empty in SearchPersons.'),
          Score: score('On the scale of docs/doors.md.'),
        },
        { PersonName: text('With NeedPersonInfo.'), Gender: GENDER },
      ),
      'The most alike first.',
    ),
    FaceRect: of('Rect'),
    RetCode: integer('0; -1601 for a face that is shown too poorly, which has no candidates.'),
  }),
}
