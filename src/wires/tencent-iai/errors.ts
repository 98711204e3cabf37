import { type ErrorName, FaceCompareError } from '../../errors.js'

/** What is thrown by this wire alone, with the code that its clients know it by. */
export class IaiError extends FaceCompareError {
  constructor(
    kind: ErrorName,
    readonly iaiCode: IaiCode,
    sentence: string,
  ) {
    super(kind, sentence)
  }
}

/** Codes that no error of ours stands for alone. */
const OWN_CODES = [
  'AuthFailure.TokenFailure',
  'FailedOperation.ImageResolutionTooSmall',
  'InvalidAction',
  'InvalidParameterValue.FaceMatchThresholdIllegal',
  'InvalidParameterValue.FaceModelVersionIllegal',
  'InvalidParameterValue.GroupExDescriptionsExceed',
  'InvalidParameterValue.GroupExDescriptionsNameIllegal',
  'InvalidParameterValue.GroupExDescriptionsNameTooLong',
  'InvalidParameterValue.GroupIdAlreadyExist',
  'InvalidParameterValue.GroupIdIllegal',
  'InvalidParameterValue.GroupIdTooLong',
  'InvalidParameterValue.GroupIdsExceed',
  'InvalidParameterValue.GroupNameIllegal',
  'InvalidParameterValue.GroupNameTooLong',
  'InvalidParameterValue.GroupTagTooLong',
  'InvalidParameterValue.LimitExceed',
  'InvalidParameterValue.PersonExDescriptionInfosExceed',
  'InvalidParameterValue.PersonGenderIllegal',
  'InvalidParameterValue.PersonIdIllegal',
  'InvalidParameterValue.PersonIdTooLong',
  'InvalidParameterValue.PersonNameIllegal',
  'InvalidParameterValue.PersonNameTooLong',
  'InvalidParameterValue.QualityControlIllegal',
  'InvalidParameterValue.SearchPersonsExceed',
  'InvalidParameterValue.UniquePersonControlIllegal',
  'InvalidParameterValue.UploadFaceNumExceed',
  'InvalidParameterValue.UrlIllegal',
  'FailedOperation.SearchFacesExceed',
  'LimitExceeded',
  'NoSuchVersion',
  'UnsupportedProtocol',
] as const

/** The codes of the vendor's own list for IAI (its Go SDK, iai/v20200303/errors.go) and of those that all of its services have. */
const CODE_OF = {
  BAD_REQUEST: 'InvalidParameter',
  SIGNATURE_MISSING: 'AuthFailure.InvalidAuthorization',
  SIGNATURE_MALFORMED: 'AuthFailure.InvalidAuthorization',
  APP_MISMATCH: 'AuthFailure.UnauthorizedOperation',
  SIGNATURE_EXPIRED: 'AuthFailure.SignatureExpire',
  APP_UNKNOWN: 'AuthFailure.SecretIdNotFound',
  SECRET_ID_UNKNOWN: 'AuthFailure.SecretIdNotFound',
  SECRET_ID_MISMATCH: 'AuthFailure.SecretIdNotFound',
  SIGNATURE_REPLAYED: 'AuthFailure.SignatureFailure',
  SIGNATURE_WRONG: 'AuthFailure.SignatureFailure',
  TOO_MANY_REQUESTS: 'RequestLimitExceeded',
  INVALID_PARAMETER: 'InvalidParameter.InvalidParameter',
  BODY_TOO_LARGE: 'FailedOperation.ImageSizeExceed',
  INTERFACE_NOT_SUPPORTED: 'UnsupportedOperation',
  AUTH_UNAVAILABLE: 'ResourceUnavailable.GetAuthInfoError',
  AUTH_UNAVAILABLE_INTERNAL: 'ResourceUnavailable.GetAuthInfoError',
  INTERNAL: 'InternalError',
  FACE_NOT_DETECTED: 'InvalidParameterValue.NoFaceInPhoto',
  IMAGE_UNDECODABLE: 'FailedOperation.ImageDecodeFailed',
  EMBEDDING_FAILED: 'FailedOperation.ServerError',
  QUALITY_TOO_LOW: 'FailedOperation.FaceQualityNotQualified',
  LANDMARKS_FAILED: 'FailedOperation.ServerError',
  GENDER_FAILED: 'FailedOperation.ServerError',
  EXPRESSION_FAILED: 'FailedOperation.ServerError',
  AGE_FAILED: 'FailedOperation.ServerError',
  POSE_FAILED: 'FailedOperation.ServerError',
  GLASSES_FAILED: 'FailedOperation.ServerError',
  STORAGE_FAILED: 'FailedOperation.ServerError',
  IMAGE_EMPTY: 'InvalidParameterValue.ImageEmpty',
  PARAMETER_MISSING: 'MissingParameter.ErrorParameterEmpty',
  PERSON_EXISTS: 'InvalidParameterValue.PersonIdAlreadyExist',
  PERSON_UNKNOWN: 'InvalidParameterValue.PersonIdNotExist',
  PARAMETER_TOO_LONG: 'InvalidParameter.InvalidParameter',
  // The vendor's list has no code for a face.
  FACE_UNKNOWN: 'InvalidParameter.InvalidParameter',
  GROUP_UNKNOWN: 'InvalidParameterValue.GroupIdNotExist',
  GROUP_LIST_UNKNOWN: 'InvalidParameterValue.GroupIdNotExists',
  URL_UNREACHABLE: 'FailedOperation.ImageDownloadError',
  TOO_MANY_FACES: 'InvalidParameterValue.PersonFaceNumExceed',
  TOO_MANY_PERSONS: 'InvalidParameterValue.GroupFaceNumExceed',
  TOO_MANY_GROUPS: 'InvalidParameterValue.GroupNumExceed',
  SAME_FACE_ADDED: 'InvalidParameter.InvalidParameter',
  PARAMETER_INVALID: 'InvalidParameter.InvalidParameter',
  IMAGE_FORMAT_UNSUPPORTED: 'FailedOperation.ImageDecodeFailed',
  URL_DOWNLOAD_FAILED: 'FailedOperation.ImageDownloadError',
} as const satisfies Record<ErrorName, string>

export type IaiCode = (typeof OWN_CODES)[number] | (typeof CODE_OF)[ErrorName]

/** Waiting longer than this is no matter of the rate: the month's calls are used up. */
const LONGEST_RATE_SECONDS = 300

export function codeOf(error: FaceCompareError): IaiCode {
  if (error instanceof IaiError) return error.iaiCode
  const waits = error.retryAfterSeconds ?? 0
  return error.kind === 'TOO_MANY_REQUESTS' && waits > LONGEST_RATE_SECONDS ? 'LimitExceeded' : CODE_OF[error.kind]
}

/** The plain sentence, with the image that it is about. */
export function sentenceOf({ side, message }: FaceCompareError): string {
  return side === undefined ? message : `Image${side}: ${message}`
}
