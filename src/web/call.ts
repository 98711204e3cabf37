import { FaceCompareApiError } from '../client/errors.js'
import { type Credential, createSignature } from '../client/signature.js'
import { type Answer, readShownAnswer } from './answer.js'
import type { Picture } from './picture.js'

export interface CallOptions {
  readonly credential: Credential
  readonly A: Picture
  readonly B: Picture
  /** Added to this device's clock to sign by the service's. */
  readonly clockOffsetMs: number
  readonly onStep: (step: Step) => void
  readonly signal: AbortSignal
}

/** What a call is about; `share` is how much of the pictures was sent, 0 to 1. */
export type Step = { readonly name: 'preparing' | 'comparing' } | { readonly name: 'sending'; readonly share: number }

/** How a call ended. Undefined in place of an answer: there was none, or none of this service (`status` tells). */
export interface Outcome<T = Answer> {
  readonly answer: T | FaceCompareApiError | undefined
  /** The HTTP status; 0 when nothing came. */
  readonly status: number
  readonly roundTripMs: number
  /** By this device's clock (Unix time): when `Retry-After` says to come again. */
  readonly retryAtMs: number | undefined
  /** How far the service's clock is ahead of this device's; undefined when it did not tell. */
  readonly clockDifferenceMs: number | undefined
}

/** Signs a comparison and sends it. Resolves with undefined when it was cancelled. */
export async function callService(options: CallOptions): Promise<Outcome | undefined> {
  const { credential, clockOffsetMs, onStep, signal } = options
  const startedMs = performance.now()
  onStep({ name: 'preparing' })
  const now = () => new Date(Date.now() + clockOffsetMs)
  const { appid } = credential
  const body = writeBody(appid, options)
  const request = new XMLHttpRequest()
  request.open('POST', '/face/compare')
  request.setRequestHeader('Authorization', await createSignature(credential, { now }))
  if (typeof body === 'string') request.setRequestHeader('Content-Type', 'application/json')
  const ended = await send(request, body, onStep, signal)
  return ended ? readOutcome(request, performance.now() - startedMs) : undefined
}

/** As the code samples do: JSON for two urls, otherwise multipart. */
function writeBody(appid: string, { A, B }: Pick<CallOptions, 'A' | 'B'>): string | FormData {
  if (A.kind === 'url' && B.kind === 'url') {
    return JSON.stringify({ appid, urlA: A.url, urlB: B.url, return_faces: 1 })
  }
  const form = new FormData()
  form.set('appid', appid)
  addSide(form, 'A', A)
  addSide(form, 'B', B)
  form.set('return_faces', '1')
  return form
}

function addSide(form: FormData, side: 'A' | 'B', picture: Picture): void {
  if (picture.kind === 'url') form.set(`url${side}`, picture.url)
  else form.set(`image${side}`, picture.file)
}

/** XMLHttpRequest, because `fetch` does not tell how much was sent. False when it was cancelled. */
function send(
  request: XMLHttpRequest,
  body: string | FormData,
  onStep: CallOptions['onStep'],
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      onStep({ name: 'sending', share: total > 0 ? loaded / total : 0 })
    })
    request.upload.addEventListener('load', () => onStep({ name: 'comparing' }))
    request.addEventListener('loadend', () => resolve(!signal.aborted))
    signal.addEventListener('abort', () => request.abort())
    request.send(body)
  })
}

function readOutcome(request: XMLHttpRequest, roundTripMs: number): Outcome {
  const { status } = request
  // Headers are to be had only of an answer.
  const header = (name: string): string => (status === 0 ? '' : (request.getResponseHeader(name) ?? ''))
  const headers = { 'server-timing': header('Server-Timing'), 'retry-after': header('Retry-After') }
  const answer = readShownAnswer({ status, headers, text: request.responseText })
  const retryAfterSeconds = answer instanceof FaceCompareApiError ? answer.retryAfterSeconds : undefined
  const serviceTimeMs = Date.parse(header('Date'))
  return {
    answer,
    status,
    roundTripMs,
    retryAtMs: retryAfterSeconds === undefined ? undefined : Date.now() + 1000 * retryAfterSeconds,
    clockDifferenceMs: Number.isFinite(serviceTimeMs) ? serviceTimeMs - Date.now() : undefined,
  }
}
