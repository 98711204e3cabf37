import { FaceCompareNoAnswerError } from './errors.js'
import { originOf } from './origin.js'
import type { AbortSignalLike, Transport } from './transport.js'

/** Sends by the global `fetch` of Node, browsers and workers. Redirects are not followed: they would turn POST into GET. */
export function createFetchTransport(): Transport {
  return {
    async send({ url, method, headers, body, signal }) {
      const controller = followSignal(signal)
      try {
        const init = { method, headers: { ...headers }, body, signal: controller.signal, redirect: 'manual' } as const
        const response = await fetch(url, init)
        const answerHeaders: Record<string, string> = {}
        response.headers.forEach((value, name) => {
          answerHeaders[name] = value
        })
        return { status: response.status, headers: answerHeaders, text: await response.text() }
      } catch (error) {
        throw explain(error, originOf(url))
      } finally {
        controller.release()
      }
    },
  }
}

function followSignal(signal: AbortSignalLike): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const abort = () => controller.abort()
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  return { signal: controller.signal, release: () => signal.removeEventListener('abort', abort) }
}

/** What Node reports before anything of a request is sent. Browsers report nothing. */
const NOTHING_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])

function explain(error: unknown, origin: string): FaceCompareNoAnswerError {
  const codes = codesOf(error)
  const why = codes.length > 0 ? codes.join(', ') : causeOf(error)
  if (codes.length > 0 && codes.every((code) => NOTHING_SENT.has(code))) {
    return new FaceCompareNoAnswerError('unreachable', `${origin} cannot be reached (${why}).`, { cause: error })
  }
  const sentence =
    why === undefined
      ? `The connection to ${origin} failed. Pages are not told why: is the service there, and does it let this page call it (FACECOMPARE_CORS_ORIGINS)?`
      : `The connection to ${origin} failed before an answer came (${why}).`
  return new FaceCompareNoAnswerError('lost', sentence, { cause: error })
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
}

/** The codes of an error's causes; of several when several addresses of a host were tried. */
function codesOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return []
  if ('errors' in error && Array.isArray(error.errors)) return [...new Set(error.errors.flatMap(codesOf))]
  if ('code' in error && typeof error.code === 'string') return [error.code]
  return 'cause' in error ? codesOf(error.cause) : []
}
