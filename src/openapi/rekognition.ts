import type { DescribedCall, DescribedDoor } from './door.js'
import type { JsonObject } from './json-object.js'
import { list, number, object, reference, text, whole } from './parts.js'
import { REKOGNITION_FACES } from './rekognition-faces.js'

const of = (name: string) => reference(`Rekognition${name}`)
const percent = (description: string) => number(description, 0, 100)

const COLLECTION = { CollectionId: { ...text('The collection.'), pattern: '^[a-zA-Z0-9_.\\-]{1,64}$' } }
const FACE_ID: JsonObject = { ...text('The id that the service gave a face.'), format: 'uuid' }
const FACE_IDS: JsonObject = { ...list(FACE_ID, 'The faces.'), minItems: 1, maxItems: 4096 }
const IMAGE = { Image: of('Image') }
const FILTER = {
  QualityFilter: {
    ...text('How well faces must be shown: NONE any, AUTO and LOW as `/face/compare` asks, MEDIUM and HIGH better.'),
    enum: ['NONE', 'AUTO', 'LOW', 'MEDIUM', 'HIGH'],
  },
}
const ATTRIBUTE_NAMES = [
  ...['DEFAULT', 'ALL', 'AGE_RANGE', 'BEARD', 'EMOTIONS', 'EYE_DIRECTION', 'EYEGLASSES', 'EYES_OPEN'],
  ...['GENDER', 'MOUTH_OPEN', 'MUSTACHE', 'FACE_OCCLUDED', 'SMILE', 'SUNGLASSES'],
]
const ATTRIBUTES: JsonObject = {
  ...list(
    { type: 'string', enum: ATTRIBUTE_NAMES },
    'AGE_RANGE, EYEGLASSES, FACE_OCCLUDED, GENDER and SMILE are told; ALL means these. The others are left out of the answer.',
  ),
  minItems: 1,
}
const PAGE = {
  MaxResults: whole('How many at once; 1000 if it is not sent.', 0, 4096),
  NextToken: text('What the answer with the page before said.'),
}
const SEARCH = {
  MaxFaces: whole('Matches at most; 80 if it is not sent, and never more than the service allows.', 1, 4096),
  FaceMatchThreshold: percent('Faces with less similarity are no matches; 80 if it is not sent.'),
}

const NEXT = { NextToken: text('To be sent for the next page; absent on the last one.') }
const MODEL = { FaceModelVersion: text('The id of the model pack.') }
const DONE = { StatusCode: { type: 'integer', const: 200 } }
const MATCHES = { FaceMatches: list(of('Match'), 'The most alike first.') }
const texts = (description: string) => list({ type: 'string' }, description)

const CALLS: Readonly<Record<string, DescribedCall>> = {
  CompareFaces: {
    request: object(
      'The most prominent face of the source is compared with all of the target.',
      { SourceImage: of('Image'), TargetImage: of('Image') },
      { SimilarityThreshold: percent('From where on faces match; 80 if it is not sent.'), ...FILTER },
    ),
    answer: object('What matches, and what does not.', {
      SourceImageFace: object('The face of the source.', {
        BoundingBox: of('BoundingBox'),
        Confidence: percent('How sure it is that this is a face.'),
      }),
      FaceMatches: list(
        object('A face that matches.', {
          Similarity: percent('The score, on the scale of docs/doors.md.'),
          Face: of('ComparedFace'),
        }),
        'The most alike first.',
      ),
      UnmatchedFaces: list(of('ComparedFace'), 'The other faces of the target.'),
    }),
  },
  DetectFaces: {
    request: object('The faces of a picture. Nothing is kept.', IMAGE, { Attributes: ATTRIBUTES }),
    answer: object('What was found.', { FaceDetails: list(of('FaceDetail'), 'None where there is no face.') }),
  },
  CreateCollection: {
    request: object('Makes a collection: a group of `/face/...`.', COLLECTION, {
      Tags: { type: 'object', description: 'Passed over: collections have no tags.' },
    }),
    answer: object('It was made.', { ...DONE, CollectionArn: text('A name of the original’s form.'), ...MODEL }),
  },
  ListCollections: {
    request: object('All collections of the app.', {}, PAGE),
    answer: object(
      'A page of them.',
      { CollectionIds: texts('Sorted.'), FaceModelVersions: texts('Of each, the id of the model pack.') },
      NEXT,
    ),
  },
  DescribeCollection: {
    request: object('What is known of a collection.', COLLECTION),
    answer: object(
      'It is there.',
      {
        FaceCount: whole('Faces in it.', 0),
        ...MODEL,
        CollectionARN: text('A name of the original’s form.'),
        UserCount: { type: 'integer', const: 0 },
      },
      { CreationTimestamp: number('Unix seconds; absent where it is not known.', 0) },
    ),
  },
  DeleteCollection: {
    request: object('Deletes a collection with all its faces, for good.', COLLECTION),
    answer: object('It is gone.', DONE),
  },
  IndexFaces: {
    request: object(
      'Keeps the faces of a picture.',
      { ...COLLECTION, ...IMAGE },
      {
        ExternalImageId: { ...text('A remark.'), pattern: '^[a-zA-Z0-9_.\\-:]{1,255}$' },
        MaxFaces: whole('The largest so many; all if it is not sent.', 1),
        ...FILTER,
        DetectionAttributes: ATTRIBUTES,
      },
    ),
    answer: object('What was kept, and what was not.', {
      FaceRecords: list(
        object('A face that is kept now.', { Face: of('KeptFace'), FaceDetail: of('FaceDetail') }),
        'Those that were kept.',
      ),
      UnindexedFaces: list(
        object('A face that is not kept.', {
          Reasons: list({ enum: ['EXCEEDS_MAX_FACES', 'LOW_FACE_QUALITY'] }, 'Why not.'),
          FaceDetail: of('FaceDetail'),
        }),
        'Those that were not.',
      ),
      ...MODEL,
    }),
  },
  ListFaces: {
    request: object('The faces of a collection.', COLLECTION, { FaceIds: FACE_IDS, ...PAGE }),
    answer: object('A page of them.', { Faces: list(of('KeptFace'), 'By their ids.'), ...MODEL }, NEXT),
  },
  DeleteFaces: {
    request: object('Deletes faces of a collection, for good.', { ...COLLECTION, FaceIds: FACE_IDS }),
    answer: object('What is gone.', {
      DeletedFaces: list(FACE_ID, 'Those that were there.'),
      UnsuccessfulFaceDeletions: list(
        object('A face that was not there.', {
          FaceId: text('As it was sent.'),
          Reasons: list({ const: 'FACE_NOT_FOUND' }, 'Why not.'),
        }),
        'Those that were not.',
      ),
    }),
  },
  SearchFaces: {
    request: object('Who is like a face that is kept?', { ...COLLECTION, FaceId: FACE_ID }, SEARCH),
    answer: object('Who is.', { SearchedFaceId: FACE_ID, ...MATCHES, ...MODEL }),
  },
  SearchFacesByImage: {
    request: object(
      'Who is like the most prominent face of a picture?',
      { ...COLLECTION, ...IMAGE },
      {
        ...SEARCH,
        ...FILTER,
      },
    ),
    answer: object('Who is.', {
      SearchedFaceBoundingBox: of('BoundingBox'),
      SearchedFaceConfidence: percent('How sure it is that this is a face.'),
      ...MATCHES,
      ...MODEL,
    }),
  },
}

const EXCEPTIONS = [
  ...['AccessDeniedException', 'ExpiredTokenException', 'ImageTooLargeException', 'IncompleteSignatureException'],
  ...['InternalServerError', 'InvalidImageFormatException', 'InvalidPaginationTokenException'],
  ...['InvalidParameterException', 'InvalidS3ObjectException', 'InvalidSignatureException', 'LimitExceededException'],
  ...['MissingAuthenticationTokenException', 'ResourceAlreadyExistsException', 'ResourceNotFoundException'],
  ...['SerializationException', 'ServiceQuotaExceededException', 'ThrottlingException', 'UnknownOperationException'],
  ...['UnrecognizedClientException', 'ValidationException'],
]
const NAME = { type: 'string', enum: EXCEPTIONS }
const BYTES = { Bytes: '/9j/4AAQSkZJRgABAQEASABIAAD/' }
const SAID = 'Request has invalid image format: SourceImage: The image cannot be decoded.'

/** The door for programs written for AWS Rekognition. */
export const REKOGNITION: DescribedDoor = {
  title: 'AWS Rekognition',
  prefix: 'Rekognition',
  contentType: 'application/x-amz-json-1.1',
  callHeader: { name: 'X-Amz-Target', before: 'RekognitionService.' },
  headers: {
    'X-Amz-Date': {
      description: 'When it was signed: `YYYYMMDDTHHMMSSZ`, at most 5 minutes from the clock of the service.',
      schema: { type: 'string', pattern: '^\\d{8}T\\d{6}Z$' },
      isNeeded: true,
    },
    'X-Amz-Content-Sha256': {
      description: 'The SHA-256 of the body in hex; it is checked where it is sent.',
      schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      isNeeded: false,
    },
  },
  security: {
    name: 'sigV4',
    scheme: {
      ...{ type: 'apiKey', in: 'header', name: 'Authorization' },
      description: 'Signature Version 4 with a SecretId as the access key id: `AWS4-HMAC-SHA256 Credential=...`.',
    },
  },
  calls: CALLS,
  schemas: REKOGNITION_FACES,
  failure: object('Why there is no answer.', {
    __type: { ...NAME, description: 'The exception that the SDK throws.' },
    Code: NAME,
    Message: text('A sentence for a person.'),
  }),
  failureStatuses: {
    '400': 'The request cannot be answered as it is. `ThrottlingException` is to be sent again.',
    '500': 'A fault of the service; to be sent again.',
  },
  answerHeaders: { 'x-amzn-requestid': { description: 'The same as X-Request-Id.', schema: { type: 'string' } } },
  examples: {
    requests: {
      CompareFaces: { SourceImage: BYTES, TargetImage: BYTES, SimilarityThreshold: 80 },
      DetectFaces: { Image: BYTES, Attributes: ['ALL'] },
    },
    failure: {
      status: '400',
      value: { __type: 'InvalidImageFormatException', Code: 'InvalidImageFormatException', Message: SAID },
    },
  },
}
