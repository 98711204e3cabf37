import { FaceCompareNoAnswerError } from './errors.js'
import type { AbortSignalLike } from './transport.js'

/** The time of one call, with all that is done for it: it ends by itself, or when the caller aborts. */
export interface Deadline {
  /** Aborts when the time is over or the caller aborts. */
  readonly signal: AbortSignalLike
  readonly remainingMs: () => number
  /** What the work comes to, or a rejection as soon as the deadline ends. Work is not begun after that. */
  readonly within: <T>(work: () => Promise<T>) => Promise<T>
  readonly waitMs: (ms: number) => Promise<void>
  /** To be called once, when the call is over. */
  readonly close: () => void
}

export function openDeadline(timeoutMs: number, outer: AbortSignalLike | undefined): Deadline {
  const endsAtMs = Date.now() + timeoutMs
  const { signal, abort } = createSignal()
  let reject: (error: FaceCompareNoAnswerError) => void = () => {}
  const ended = new Promise<never>((_resolve, rejectEnded) => {
    reject = rejectEnded
  })
  ended.catch(() => {})

  const end = (error: FaceCompareNoAnswerError) => {
    reject(error)
    abort(error)
  }
  const timer = setTimeout(() => end(timeoutError(timeoutMs)), timeoutMs)
  const onAbort = () => end(abortError(outer))
  if (outer?.aborted) onAbort()
  outer?.addEventListener('abort', onAbort)

  const within = <T>(work: () => Promise<T>) => (signal.aborted ? ended : Promise.race([work(), ended]))
  return {
    signal,
    remainingMs: () => Math.max(0, endsAtMs - Date.now()),
    within,
    waitMs: (ms) => waitWithin(ms, within),
    close() {
      clearTimeout(timer)
      outer?.removeEventListener('abort', onAbort)
    },
  }
}

async function waitWithin(ms: number, within: Deadline['within']): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await within(
      () =>
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ms)
        }),
    )
  } finally {
    clearTimeout(timer)
  }
}

/** The part of AbortController that is needed: some engines have none. */
function createSignal(): { readonly signal: AbortSignalLike; readonly abort: (reason: unknown) => void } {
  const listeners = new Set<() => void>()
  let aborted: { readonly reason: unknown } | undefined
  const signal: AbortSignalLike = {
    get aborted() {
      return aborted !== undefined
    },
    get reason() {
      return aborted?.reason
    },
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  }
  const abort = (reason: unknown) => {
    if (aborted) return
    aborted = { reason }
    for (const listener of listeners) listener()
  }
  return { signal, abort }
}

function timeoutError(timeoutMs: number): FaceCompareNoAnswerError {
  return new FaceCompareNoAnswerError('timeout', `The service did not answer within ${timeoutMs} ms.`)
}

function abortError(signal: AbortSignalLike | undefined): FaceCompareNoAnswerError {
  return new FaceCompareNoAnswerError('aborted', 'The call was aborted.', { cause: signal?.reason })
}
