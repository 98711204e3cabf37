/**
 * THE table of errors: every code of the specification (section 5), by the name it is thrown with.
 * Codes are stable and belong to the wire; `status` is the HTTP status that follows from the code (signed calls have it only
 * where FACECOMPARE_STATUS_ALWAYS_200 is 0); `message` is the machine-readable text of the answer (the vendor's published one
 * for the face layer). `meaning` is for people and documents.
 */
export const ERRORS = {
  BAD_REQUEST: { code: 3, status: 400, message: 'BAD_REQUEST', meaning: 'The request cannot be read.' },
  SIGNATURE_MISSING: { code: 4, status: 401, message: 'SIGNATURE_EMPTY', meaning: 'No signature was sent.' },
  SIGNATURE_MALFORMED: { code: 5, status: 400, message: 'SIGNATURE_MALFORMED', meaning: 'The signature is malformed.' },
  APP_MISMATCH: {
    code: 6,
    status: 403,
    message: 'APPID_NOT_MATCH_SIGNATURE',
    meaning: 'The appid or bucket of the request is not the one of the signature.',
  },
  SIGNATURE_EXPIRED: { code: 9, status: 401, message: 'SIGNATURE_EXPIRED', meaning: 'The signature has expired.' },
  APP_UNKNOWN: { code: 10, status: 401, message: 'APPID_NOT_EXISTED', meaning: 'There is no such appid.' },
  SECRET_ID_UNKNOWN: { code: 11, status: 401, message: 'SECRETID_NOT_EXISTED', meaning: 'There is no such SecretId.' },
  SECRET_ID_MISMATCH: {
    code: 12,
    status: 401,
    message: 'APPID_SECRETID_NOT_MATCH',
    meaning: 'The SecretId belongs to another appid.',
  },
  SIGNATURE_REPLAYED: {
    code: 13,
    status: 401,
    message: 'SIGNATURE_REPLAYED',
    meaning: 'The single-use signature was used before.',
  },
  SIGNATURE_WRONG: {
    code: 14,
    status: 401,
    message: 'SIGNATURE_CHECK_FAILED',
    meaning: 'The signature does not fit the SecretKey, or the clocks differ.',
  },
  TOO_MANY_REQUESTS: {
    code: 15,
    status: 429,
    message: 'TOO_MANY_REQUESTS',
    meaning: 'Too many calls at once, or in this month.',
  },
  INVALID_PARAMETER: { code: 21, status: 400, message: 'INVALID_PARAMETER', meaning: 'A parameter is invalid.' },
  BODY_TOO_LARGE: {
    code: 23,
    status: 413,
    message: 'REQUEST_BODY_TOO_LARGE',
    meaning: 'The request or an image in it is too large.',
  },
  INTERFACE_NOT_SUPPORTED: {
    code: 24,
    status: 501,
    message: 'INTERFACE_NOT_SUPPORTED',
    meaning: 'The call is switched off, or cannot be answered by a service of your own.',
  },
  AUTH_UNAVAILABLE: {
    code: 107,
    status: 503,
    message: 'AUTH_SERVICE_UNAVAILABLE',
    meaning: 'The signature cannot be checked now.',
  },
  AUTH_UNAVAILABLE_INTERNAL: {
    code: 108,
    status: 503,
    message: 'AUTH_SERVICE_UNAVAILABLE',
    meaning: 'The signature cannot be checked now.',
  },
  INTERNAL: { code: 213, status: 500, message: 'INTERNAL_ERROR', meaning: 'Something went wrong inside the service.' },
  FACE_NOT_DETECTED: {
    code: -1101,
    status: 200,
    message: 'SDK_IMAGE_FACEDETECT_FAILED',
    meaning: 'No face was found in the image.',
  },
  IMAGE_UNDECODABLE: {
    code: -1102,
    status: 200,
    message: 'SDK_IMAGE_DECODE_FAILED',
    meaning: 'The image is of a supported format but cannot be decoded.',
  },
  EMBEDDING_FAILED: {
    code: -1103,
    status: 200,
    message: 'SDK_FEAT_PROCESSFAILED',
    meaning: 'No embedding could be made of the face.',
  },
  QUALITY_TOO_LOW: {
    code: -1103,
    status: 200,
    message: 'SDK_FEAT_PROCESSFAILED',
    meaning:
      'The face is shown too poorly to be told from others: small, blurred, dark, over-exposed, covered, turned away or cut off.',
  },
  LANDMARKS_FAILED: {
    code: -1104,
    status: 200,
    message: 'SDK_FACE_SHAPE_FAILED',
    meaning: 'The landmarks of the face could not be found.',
  },
  GENDER_FAILED: { code: -1105, status: 200, message: 'SDK_FACE_GENDER_FAILED', meaning: 'Gender estimation failed.' },
  EXPRESSION_FAILED: {
    code: -1106,
    status: 200,
    message: 'SDK_FACE_EXPRESSION_FAILED',
    meaning: 'Expression estimation failed.',
  },
  AGE_FAILED: { code: -1107, status: 200, message: 'SDK_FACE_AGE_FAILED', meaning: 'Age estimation failed.' },
  POSE_FAILED: { code: -1108, status: 200, message: 'SDK_FACE_POSE_FAILED', meaning: 'Pose estimation failed.' },
  GLASSES_FAILED: { code: -1109, status: 200, message: 'SDK_FACE_GLASS_FAILED', meaning: 'Glasses detection failed.' },
  STORAGE_FAILED: { code: -1200, status: 200, message: 'STORAGE_ERROR', meaning: 'An embedding could not be stored.' },
  IMAGE_EMPTY: { code: -1300, status: 200, message: 'ERROR_IMAGE_EMPTY', meaning: 'The image is empty.' },
  PARAMETER_MISSING: {
    code: -1301,
    status: 200,
    message: 'ERROR_PARAMETER_EMPTY',
    meaning: 'A required parameter is missing.',
  },
  PERSON_EXISTS: { code: -1302, status: 200, message: 'ERROR_PERSON_EXISTED', meaning: 'The person exists already.' },
  PERSON_UNKNOWN: {
    code: -1303,
    status: 200,
    message: 'ERROR_PERSON_NOT_EXISTED',
    meaning: 'There is no such person.',
  },
  PARAMETER_TOO_LONG: {
    code: -1304,
    status: 200,
    message: 'ERROR_PARAMETER_TOO_LONG',
    meaning: 'A parameter is too long.',
  },
  FACE_UNKNOWN: { code: -1305, status: 200, message: 'ERROR_FACE_NOT_EXISTED', meaning: 'There is no such face.' },
  GROUP_UNKNOWN: { code: -1306, status: 200, message: 'ERROR_GROUP_NOT_EXISTED', meaning: 'There is no such group.' },
  GROUP_LIST_UNKNOWN: {
    code: -1307,
    status: 200,
    message: 'ERROR_GROUPLIST_NOT_EXISTED',
    meaning: 'There is no such list of groups.',
  },
  URL_UNREACHABLE: {
    code: -1308,
    status: 200,
    message: 'ERROR_DOWNLOAD_IMAGE_FAILED',
    meaning: 'The host of an image url cannot be reached.',
  },
  TOO_MANY_FACES: {
    code: -1309,
    status: 200,
    message: 'ERROR_FACE_NUM_EXCEED',
    meaning: 'The number of faces is over the limit.',
  },
  TOO_MANY_PERSONS: {
    code: -1310,
    status: 200,
    message: 'ERROR_PERSON_NUM_EXCEED',
    meaning: 'The number of persons is over the limit.',
  },
  TOO_MANY_GROUPS: {
    code: -1311,
    status: 200,
    message: 'ERROR_GROUP_NUM_EXCEED',
    meaning: 'The number of groups is over the limit.',
  },
  SAME_FACE_ADDED: {
    code: -1312,
    status: 200,
    message: 'ERROR_SAME_FACE_ADDED',
    meaning: 'Nearly the same face was added to the person before.',
  },
  PARAMETER_INVALID: {
    code: -1313,
    status: 200,
    message: 'ERROR_PARAMETER_INVALID',
    meaning: 'A parameter of the face layer is invalid.',
  },
  IMAGE_FORMAT_UNSUPPORTED: {
    code: -1400,
    status: 200,
    message: 'ERROR_IMAGE_FORMAT_INVALID',
    meaning: 'The bytes are no image of a supported format.',
  },
  URL_DOWNLOAD_FAILED: {
    code: -1403,
    status: 200,
    message: 'ERROR_IMAGE_DOWNLOAD_FAILED',
    meaning: 'An image url answered, but not with an image that may be taken.',
  },
} as const satisfies Record<string, ErrorEntry>

interface ErrorEntry {
  readonly code: number
  readonly status: number
  readonly message: string
  readonly meaning: string
}

/** The name that an error is thrown with: a key of {@link ERRORS}. */
export type ErrorName = keyof typeof ERRORS

/** Which of the two images an error belongs to. */
export type Side = 'A' | 'B'

interface ErrorOptions {
  /** The image that failed, when the failure belongs to one of the two. */
  readonly side?: Side | undefined
  /** How long the client should wait, in whole seconds; with TOO_MANY_REQUESTS. */
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/**
 * The one error class of the project. Thrown by name (`new FaceCompareError('FACE_NOT_DETECTED', 'No face was found.')`),
 * never by number. `message` is the plain sentence for a person; it never carries a secret, a path or a stack.
 */
export class FaceCompareError extends Error {
  override readonly name = 'FaceCompareError'
  readonly kind: ErrorName
  readonly code: number
  readonly status: number
  readonly side: Side | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(kind: ErrorName, sentence: string, options: ErrorOptions = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.code = ERRORS[kind].code
    this.status = ERRORS[kind].status
    this.side = options.side
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  /** The same error, said of one of the two images. */
  of(side: Side): FaceCompareError {
    return new FaceCompareError(this.kind, this.message, {
      side,
      retryAfterSeconds: this.retryAfterSeconds,
      cause: this.cause,
    })
  }
}

/** The code of a system's or a database's error, such as `ENOENT`; `''` for any other. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
