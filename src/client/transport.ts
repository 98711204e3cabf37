/**
 * How one request goes over the wire. Where there is a global `fetch` nothing is to be done; elsewhere (mini-programs, native
 * bridges) an object with one function is enough.
 */
export interface Transport {
  /**
   * Sends the request once and gives back whatever answer comes, of any status. Rejects with a `FaceCompareNoAnswerError`:
   * `unreachable` when it is sure that nothing was sent (such a call is tried again), `lost` otherwise. Anything else that it
   * throws counts as `lost`.
   */
  readonly send: (request: TransportRequest) => Promise<TransportAnswer>
}

export interface TransportRequest {
  readonly url: string
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: ArrayBuffer
  /** What is left of the call's time, in milliseconds. `signal` aborts when it is over. */
  readonly timeoutMs: number
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignalLike
}

export interface TransportAnswer {
  readonly status: number
  /** By name, in any case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body, decoded as UTF-8. */
  readonly text: string
}

/** What is used of an `AbortSignal`; engines without one may bring their own. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}
