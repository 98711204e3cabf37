import type { Deadline } from './deadline.js'
import { FaceCompareApiError, FaceCompareNoAnswerError } from './errors.js'

/** Too many calls, and signatures that cannot be checked now: refused before anything was compared. */
const REFUSED_CODES: readonly number[] = [15, 107, 108]
/** Of a proxy, which has no codes. */
const REFUSED_STATUSES: readonly (number | undefined)[] = [429, 503]

/** The first wait, which doubles each time; a random share of up to half of it keeps many clients apart. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8000

/**
 * Tries again what was surely not processed, at most `retries` times and while there is time for it. What may have been
 * processed (a lost connection, a timeout, an answer that cannot be read) is never sent twice.
 */
export async function retrying<T>(attempt: () => Promise<T>, retries: number, deadline: Deadline): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (tried >= retries || !isRefusal(error)) throw error
      const waitMs = waitBefore(tried, error)
      // The error says more than a timeout would.
      if (waitMs >= deadline.remainingMs()) throw error
      await deadline.waitMs(waitMs)
    }
  }
}

type Refusal = FaceCompareApiError | FaceCompareNoAnswerError

/** Whether nothing was done for the call: by the code of the service, whose status may be 200 for all of them. */
function isRefusal(error: unknown): error is Refusal {
  if (error instanceof FaceCompareApiError) return REFUSED_CODES.includes(error.code)
  if (!(error instanceof FaceCompareNoAnswerError)) return false
  return error.reason === 'unreachable' || REFUSED_STATUSES.includes(error.status)
}

/** Not before the service wants it. */
function waitBefore(tried: number, { retryAfterSeconds = 0 }: Refusal): number {
  const backoffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tried)
  const jitterMs = (Math.random() * backoffMs) / 2
  return Math.max(1000 * retryAfterSeconds, backoffMs / 2) + jitterMs
}
