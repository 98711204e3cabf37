/** The client: signs and sends calls to a face comparison service, from Node, browsers and mini-programs. */
export {
  type CompareOptions,
  createFaceCompareClient,
  type FaceCompareClient,
  type FaceCompareClientOptions,
} from './client.js'
export type { ComparedFace, Comparison, ComparisonWithFaces, QualityReason } from './comparison.js'
export { FaceCompareApiError, FaceCompareNoAnswerError, type NoAnswerReason, type Side } from './errors.js'
export type { BlobLike, ImageSource, UrlLike } from './image-source.js'
export { createMiniProgramTransport, type MiniProgram, type MiniProgramRequest } from './mini-program.js'
export type { CallOptions, NewPerson, PersonCalls, PictureOptions } from './person-calls.js'
export type {
  AddedFaces,
  Candidate,
  ChangedGroups,
  CreatedPerson,
  DeletedFaces,
  DetectedFace,
  Detection,
  FaceAttributes,
  FaceBox,
  FaceInfo,
  FaceOutline,
  FacePoint,
  Identification,
  Identifications,
  Outlines,
  PersonInfo,
  Verification,
} from './persons.js'
export { type Credential, createSignature, type SignatureOptions } from './signature.js'
export type { AbortSignalLike, Transport, TransportAnswer, TransportRequest } from './transport.js'
