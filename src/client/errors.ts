import type { QualityReason } from './comparison.js'

/** Which of the two images an error belongs to. */
export type Side = 'A' | 'B'

/**
 * The service answered, and its answer is an error. `message` has everything that a log needs:
 * `SDK_IMAGE_FACEDETECT_FAILED (code -1101, image B): No face was found.`
 */
export class FaceCompareApiError extends Error {
  override readonly name = 'FaceCompareApiError'
  /** The code of the table in docs/errors.md: stable, never 0. */
  readonly code: number
  /** The stable text that goes with the code, such as `SDK_IMAGE_FACEDETECT_FAILED`. */
  readonly kind: string
  /** The service's sentence for a person; it may change. */
  readonly detail: string | undefined
  /** The image that failed; undefined where the failure belongs to neither. */
  readonly side: Side | undefined
  /** The HTTP status; as a rule 200, unless the service runs with `FACECOMPARE_STATUS_ALWAYS_200=0`. Judge by `code`. */
  readonly status: number
  /** The id of the call, as in the service's log. */
  readonly sessionId: string | undefined
  /** How long the service asks to wait, in whole seconds; with code 15. */
  readonly retryAfterSeconds: number | undefined

  /** How well the face is shown, 0 to 100; where it was refused for that (code -1103). */
  readonly quality: number | undefined
  /** What is wrong with the picture of a face that was refused for its quality; else empty. */
  readonly qualityReasons: readonly QualityReason[]

  constructor(fields: Omit<FaceCompareApiError, keyof Error>) {
    const { code, kind, detail, side } = fields
    super(`${kind} (code ${code}${side ? `, image ${side}` : ''})${detail ? `: ${detail}` : ''}`)
    this.code = code
    this.kind = kind
    this.detail = detail
    this.side = side
    this.status = fields.status
    this.sessionId = fields.sessionId
    this.retryAfterSeconds = fields.retryAfterSeconds
    this.quality = fields.quality
    this.qualityReasons = fields.qualityReasons
  }
}

/**
 * Why there is no answer of the service:
 *
 * - `unreachable`: no connection was made, so nothing was compared;
 * - `lost`: the connection failed, perhaps after the images were sent;
 * - `timeout`: `timeoutMs` was over;
 * - `aborted`: the caller's signal aborted; `cause` is its reason;
 * - `unreadable`: an answer came that is not the service's (a proxy's page, JSON that was cut off); `status` is its HTTP status.
 */
export type NoAnswerReason = 'unreachable' | 'lost' | 'timeout' | 'aborted' | 'unreadable'

interface NoAnswerOptions {
  readonly status?: number
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/** There is no answer of the service; `message` is one plain sentence. */
export class FaceCompareNoAnswerError extends Error {
  override readonly name = 'FaceCompareNoAnswerError'
  readonly reason: NoAnswerReason
  /** The HTTP status of what came instead; with `unreadable`. */
  readonly status: number | undefined
  /** How long the answer asks to wait, in whole seconds; with `unreadable`. */
  readonly retryAfterSeconds: number | undefined

  constructor(reason: NoAnswerReason, sentence: string, options: NoAnswerOptions = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.reason = reason
    this.status = options.status
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
