import { performance } from 'node:perf_hooks'
import { FaceCompareError } from '../errors.js'

/** Keeps an app whose images end worker processes, by a crash or by missing the deadline, from ending those of all others. */
export interface LossGate {
  /** Notes that an image of the app has cost a worker process its life. */
  note(appid: string): void
  /** Throws TOO_MANY_REQUESTS with `retryAfterSeconds` while the app has to wait. */
  requirePeace(appid: string): void
}

interface Losses {
  /** When the last of them were, in milliseconds; fewer than make a pause. */
  readonly timesMs: number[]
  /** How long the next pause is. */
  pauseMs: number
  /** When the present pause ends, or the last one did. */
  pauseEndsMs: number
}

/** So many within the window make a pause. One call can cost two, and a crash may be nobody's fault. */
const MOST_LOSSES = 3
const WINDOW_MS = 60_000
/** Twice as long each time, until there was none for as long as the longest. */
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** Kept in this process's memory: its workers are its own. @param now milliseconds of a clock that never goes back */
export function createLossGate(now: () => number = () => performance.now()): LossGate {
  const lossesByApp = new Map<string, Losses>()
  return {
    note(appid) {
      const nowMs = now()
      const losses = lossesByApp.get(appid) ?? { timesMs: [], pauseMs: FIRST_PAUSE_MS, pauseEndsMs: -LONGEST_PAUSE_MS }
      lossesByApp.set(appid, losses)
      if (nowMs - losses.pauseEndsMs >= LONGEST_PAUSE_MS) losses.pauseMs = FIRST_PAUSE_MS
      // Images that were under way when the pause began are no new offence.
      if (nowMs < losses.pauseEndsMs) return
      losses.timesMs.push(nowMs)
      while (nowMs - (losses.timesMs[0] ?? nowMs) > WINDOW_MS) losses.timesMs.shift()
      if (losses.timesMs.length < MOST_LOSSES) return
      losses.timesMs.length = 0
      losses.pauseEndsMs = nowMs + losses.pauseMs
      losses.pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * losses.pauseMs)
    },
    requirePeace(appid) {
      const leftMs = (lossesByApp.get(appid)?.pauseEndsMs ?? 0) - now()
      if (leftMs <= 0) return
      throw new FaceCompareError(
        'TOO_MANY_REQUESTS',
        "Images of this app have ended several of the service's worker processes; try again later.",
        { retryAfterSeconds: Math.ceil(leftMs / 1000) },
      )
    },
  }
}
