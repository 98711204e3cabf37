import { createFaceCompareClient, type FaceCompareClient } from '../client/client.js'
import { FaceCompareApiError, FaceCompareNoAnswerError } from '../client/errors.js'
import { createFetchTransport } from '../client/fetch-transport.js'
import { createSignature } from '../client/signature.js'
import type { TransportAnswer } from '../client/transport.js'
import type { Outcome } from './call.js'
import type { Surroundings } from './view.js'

/** Makes one call. Resolves with undefined when it was cancelled. */
export async function ask<T>(
  { keys, clockOffsetMs }: Surroundings,
  signal: AbortSignal,
  work: (client: FaceCompareClient, signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T> | undefined> {
  const startedMs = performance.now()
  const fetching = createFetchTransport()
  let came: TransportAnswer | undefined
  const client = createFaceCompareClient({
    baseUrl: location.origin,
    appid: keys.appid,
    sign: () => createSignature(keys, { now: () => new Date(Date.now() + clockOffsetMs) }),
    // The reader is told to wait, and decides.
    retries: 0,
    transport: {
      async send(request) {
        came = await fetching.send(request)
        return came
      },
    },
  })
  const answer = await work(client, signal).catch((error: unknown) => {
    if (error instanceof FaceCompareApiError || error instanceof FaceCompareNoAnswerError) return error
    throw error
  })
  if (signal.aborted) return undefined
  const retryAfterSeconds = answer instanceof FaceCompareApiError ? answer.retryAfterSeconds : undefined
  const serviceTimeMs = Date.parse(came?.headers.date ?? '')
  return {
    answer: answer instanceof FaceCompareNoAnswerError ? undefined : answer,
    status: came?.status ?? 0,
    roundTripMs: performance.now() - startedMs,
    retryAtMs: retryAfterSeconds === undefined ? undefined : Date.now() + 1000 * retryAfterSeconds,
    clockDifferenceMs: Number.isFinite(serviceTimeMs) ? serviceTimeMs - Date.now() : undefined,
  }
}
