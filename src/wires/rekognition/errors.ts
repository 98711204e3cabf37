import { type ErrorName, FaceCompareError } from '../../errors.js'

/**
 * The exceptions of the wire: the HTTP status and what their texts begin with. Clients go by the name. Which of them the SDKs
 * send again: those of 500, and the two of throttling.
 */
export const EXCEPTIONS = {
  AccessDeniedException: { status: 400, text: 'You are not authorized to perform the action' },
  ExpiredTokenException: { status: 400, text: 'The security token included in the request is expired' },
  ImageTooLargeException: { status: 400, text: 'Image size is too large' },
  IncompleteSignatureException: { status: 400, text: 'The signature is incomplete' },
  InternalServerError: { status: 500, text: 'Internal server error' },
  InvalidImageFormatException: { status: 400, text: 'Request has invalid image format' },
  InvalidPaginationTokenException: { status: 400, text: 'Request has invalid Pagination Token' },
  InvalidParameterException: { status: 400, text: 'Request has invalid parameters' },
  InvalidS3ObjectException: {
    status: 400,
    text: 'Unable to get object metadata from S3. Check object key, region and/or access permissions.',
  },
  InvalidSignatureException: {
    status: 400,
    text: 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  },
  LimitExceededException: { status: 400, text: 'Account limit exceeded' },
  MissingAuthenticationTokenException: { status: 400, text: 'Missing Authentication Token' },
  ResourceAlreadyExistsException: { status: 400, text: 'The resource already exists' },
  ResourceNotFoundException: { status: 400, text: 'The resource does not exist' },
  SerializationException: { status: 400, text: 'The request cannot be read' },
  ServiceQuotaExceededException: { status: 400, text: 'Service quota exceeded' },
  ThrottlingException: { status: 400, text: 'Slow down; you have exceeded your request rate' },
  UnknownOperationException: { status: 400, text: 'Unknown operation' },
  UnrecognizedClientException: { status: 400, text: 'The security token included in the request is invalid.' },
  ValidationException: { status: 400, text: '1 validation error detected' },
} as const satisfies Record<string, { readonly status: number; readonly text: string }>

export type ExceptionName = keyof typeof EXCEPTIONS

/** What is thrown by this wire alone, with the name that its clients know it by and the text as it is sent. */
export class RekognitionError extends FaceCompareError {
  constructor(
    kind: ErrorName,
    readonly exception: ExceptionName,
    text: string,
  ) {
    super(kind, text)
  }
}

const EXCEPTION_OF: Readonly<Record<ErrorName, ExceptionName>> = {
  BAD_REQUEST: 'SerializationException',
  SIGNATURE_MISSING: 'MissingAuthenticationTokenException',
  SIGNATURE_MALFORMED: 'IncompleteSignatureException',
  APP_MISMATCH: 'AccessDeniedException',
  SIGNATURE_EXPIRED: 'InvalidSignatureException',
  APP_UNKNOWN: 'UnrecognizedClientException',
  SECRET_ID_UNKNOWN: 'UnrecognizedClientException',
  SECRET_ID_MISMATCH: 'UnrecognizedClientException',
  SIGNATURE_REPLAYED: 'InvalidSignatureException',
  SIGNATURE_WRONG: 'InvalidSignatureException',
  TOO_MANY_REQUESTS: 'ThrottlingException',
  INVALID_PARAMETER: 'InvalidParameterException',
  BODY_TOO_LARGE: 'ImageTooLargeException',
  INTERFACE_NOT_SUPPORTED: 'AccessDeniedException',
  AUTH_UNAVAILABLE: 'InternalServerError',
  AUTH_UNAVAILABLE_INTERNAL: 'InternalServerError',
  INTERNAL: 'InternalServerError',
  FACE_NOT_DETECTED: 'InvalidParameterException',
  IMAGE_UNDECODABLE: 'InvalidImageFormatException',
  EMBEDDING_FAILED: 'InvalidParameterException',
  QUALITY_TOO_LOW: 'InvalidParameterException',
  LANDMARKS_FAILED: 'InvalidParameterException',
  GENDER_FAILED: 'InvalidParameterException',
  EXPRESSION_FAILED: 'InvalidParameterException',
  AGE_FAILED: 'InvalidParameterException',
  POSE_FAILED: 'InvalidParameterException',
  GLASSES_FAILED: 'InvalidParameterException',
  STORAGE_FAILED: 'InternalServerError',
  IMAGE_EMPTY: 'InvalidParameterException',
  PARAMETER_MISSING: 'InvalidParameterException',
  PERSON_EXISTS: 'ResourceAlreadyExistsException',
  PERSON_UNKNOWN: 'InvalidParameterException',
  PARAMETER_TOO_LONG: 'InvalidParameterException',
  // A face that is not in the collection: the original does not count it as a resource.
  FACE_UNKNOWN: 'InvalidParameterException',
  GROUP_UNKNOWN: 'ResourceNotFoundException',
  GROUP_LIST_UNKNOWN: 'ResourceNotFoundException',
  URL_UNREACHABLE: 'InvalidS3ObjectException',
  TOO_MANY_FACES: 'ServiceQuotaExceededException',
  TOO_MANY_PERSONS: 'ServiceQuotaExceededException',
  TOO_MANY_GROUPS: 'ServiceQuotaExceededException',
  SAME_FACE_ADDED: 'InvalidParameterException',
  PARAMETER_INVALID: 'InvalidParameterException',
  IMAGE_FORMAT_UNSUPPORTED: 'InvalidImageFormatException',
  URL_DOWNLOAD_FAILED: 'InvalidS3ObjectException',
}

/** A client that is to wait longer is not to be sent waiting by its SDK, which gives up after seconds: the month's calls are used up. */
const LONGEST_THROTTLING_SECONDS = 300

export function exceptionOf(error: FaceCompareError): ExceptionName {
  if (error instanceof RekognitionError) return error.exception
  const waits = error.retryAfterSeconds ?? 0
  if (error.kind === 'TOO_MANY_REQUESTS' && waits > LONGEST_THROTTLING_SECONDS) return 'LimitExceededException'
  return EXCEPTION_OF[error.kind]
}

/** What is said of an error: the text that clients of the original know, then the plain sentence. */
export function textOf(error: FaceCompareError): string {
  if (error instanceof RekognitionError) return error.message
  const { text } = EXCEPTIONS[exceptionOf(error)]
  const image = error.side === undefined ? '' : `${error.side === 'A' ? 'SourceImage' : 'TargetImage'}: `
  return `${text}${text.endsWith('.') ? '' : ':'} ${image}${error.message}`
}
