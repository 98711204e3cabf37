import type { JsonObject } from './json-object.js'
import { list, number, object, reference, text } from './parts.js'

const of = (name: string) => reference(`Rekognition${name}`)
const percent = (description: string) => number(description, 0, 100)
const ratio = (description: string): JsonObject => ({ type: 'number', description })

const COMPARED = {
  BoundingBox: of('BoundingBox'),
  Confidence: percent('How sure it is that this is a face.'),
  Landmarks: list(
    object('A point, in ratios of the size of the picture.', {
      Type: { enum: ['eyeLeft', 'eyeRight', 'nose', 'mouthLeft', 'mouthRight'] },
      X: ratio('To the right.'),
      Y: ratio('Down.'),
    }),
    'Five points; left is the left of the picture.',
  ),
  Pose: object('Degrees.', {
    Roll: ratio('Clockwise.'),
    Yaw: ratio('To the right of the picture.'),
    Pitch: ratio('Upwards.'),
  }),
  Quality: object('How the face is shown.', {
    Brightness: percent('15 dark, 65 plain, 98 over-exposed.'),
    Sharpness: percent('60 and more for a face that is not blurred.'),
  }),
}

const CONFIDENCE = percent('Of such answers so many in a hundred are right: see docs/models.md.')
const answered = (description: string, value: JsonObject = { type: 'boolean' }) =>
  object(description, { Value: value, Confidence: CONFIDENCE })

const FACE_ID: JsonObject = { ...text('The id that the service gave the face.'), format: 'uuid' }

/** What the calls of the door share of faces and pictures. */
export const REKOGNITION_FACES: Readonly<Record<string, JsonObject>> = {
  Image: {
    ...object(
      'A picture: its bytes, or an object of S3 where the service lets folders stand for buckets.',
      {},
      {
        Bytes: text('JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP, in Base64.'),
        S3Object: object(
          'A file of such a folder.',
          { Bucket: text('The bucket.'), Name: text('The key.') },
          { Version: text('Refused: files have no versions.') },
        ),
      },
    ),
    oneOf: [{ required: ['Bytes'] }, { required: ['S3Object'] }],
  },
  BoundingBox: object('Ratios of the size of the picture; below 0 or above 1 over its edge.', {
    Left: ratio('Left edge.'),
    Top: ratio('Upper edge.'),
    Width: number('Width.', 0),
    Height: number('Height.', 0),
  }),
  ComparedFace: object('A face of a picture.', COMPARED),
  FaceDetail: object(
    'A face of a picture, with the attributes that were asked for. They are estimates, and absent where the model pack tells none.',
    COMPARED,
    {
      AgeRange: object('Years: four faces in five are of an age between them.', {
        Low: number('From.', 0),
        High: number('To.', 0, 100),
      }),
      Gender: answered('What the face looks like.', { enum: ['Male', 'Female'] }),
      Smile: answered('A smile or a laugh.'),
      Eyeglasses: answered('Glasses of any kind, dark ones too.'),
      FaceOccluded: answered('Whether a part of the face is covered.'),
    },
  ),
  KeptFace: object(
    'A face of a collection.',
    { FaceId: FACE_ID, ImageId: FACE_ID },
    {
      ExternalImageId: text('What it was indexed with.'),
      BoundingBox: of('BoundingBox'),
      Confidence: percent('How sure it is that this is a face; known while it is indexed alone.'),
    },
  ),
  Match: object('A face of the collection that is alike.', {
    Similarity: percent('The score, on the scale of docs/doors.md.'),
    Face: of('KeptFace'),
  }),
}
