import { isIP } from 'node:net'
import type { Dispatcher } from 'undici'
import { codeOf, FaceCompareError } from '../errors.js'
import { type AddressPolicy, createAddressPolicy } from './address-policy.js'
import { ByteBlocks } from './byte-blocks.js'
import { type Lookup, lookupThroughDns, lookupThroughSystem } from './resolve.js'

/**
 * Fetches the bytes of a remote image. Rejects with a FaceCompareError: INVALID_PARAMETER or PARAMETER_TOO_LONG (the form
 * of the url), URL_UNREACHABLE, URL_DOWNLOAD_FAILED, IMAGE_EMPTY; or with `signal.reason` when the caller gave up.
 */
export type FetchImage = (url: string, signal?: AbortSignal, onBytes?: OnBytes) => Promise<Uint8Array>

/** Told of every piece before it is kept. What it throws, a FaceCompareError, ends the download. */
export type OnBytes = (bytes: number) => void

/** What the log may tell of a refused host; the answer to the client does not tell blocked from not found. */
export interface Refusal {
  readonly hostname: string
  readonly addresses: readonly string[]
  readonly reason: string
}

export interface ImageFetcherOptions {
  /** Host names (`cdn.example.com`, `*.example.com`), addresses or networks that may be reached although not public. */
  readonly allow: readonly string[]
  /** Over everything: names, connections, redirects and body. */
  readonly timeoutMs: number
  readonly maxBytes: number
  /** Resolves a host name to all its addresses; asked once per hop. The system and its name servers when absent. */
  readonly lookup?: Lookup
  readonly onRefused?: (refusal: Refusal) => void
}

export interface ImageFetcher {
  readonly fetchImage: FetchImage
  /** Breaks off what is under way and waits for its sockets; later calls fail. */
  close(): Promise<void>
}

const MAX_URL_CHARACTERS = 2_048
const MAX_REDIRECTS = 3
const REDIRECTS = [301, 302, 303, 307, 308]

/** @throws FaceCompareError PARAMETER_TOO_LONG, then INVALID_PARAMETER (no http(s) url, or one with credentials). */
export function checkUrl(url: string): void {
  // Taking millions of characters apart takes seconds.
  if (url.length > MAX_URL_CHARACTERS) {
    throw new FaceCompareError('PARAMETER_TOO_LONG', `The url has more than ${MAX_URL_CHARACTERS} characters.`)
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !isHttp(parsed)) {
    throw new FaceCompareError('INVALID_PARAMETER', 'Expected an http or https url but received something else.')
  }
  if (hasCredentials(parsed)) {
    throw new FaceCompareError('INVALID_PARAMETER', 'The url carries a user name or a password, which is not allowed.')
  }
}

/** @throws FaceCompareError INVALID_PARAMETER when an entry of `allow` is no host name, address or network. */
export function createImageFetcher(options: ImageFetcherOptions): ImageFetcher {
  const policy = createAddressPolicy(options.allow)
  const running = new Map<AbortController, Promise<unknown>>()
  let closed = false

  const fetchImage: FetchImage = async (url, signal, onBytes) => {
    checkUrl(url)
    signal?.throwIfAborted()
    if (closed) throw unreachable()
    const controller = new AbortController()
    const stop = (): void => controller.abort()
    const timer = setTimeout(() => controller.abort(new DownloadTimeout()), options.timeoutMs)
    const progress: Progress = { reached: 'nothing' }
    signal?.addEventListener('abort', stop, { once: true })
    const download = followUrl(new URL(url), {
      ...options,
      policy,
      progress,
      signal: controller.signal,
      ...(onBytes ? { onBytes } : {}),
    })
    running.set(controller, download)
    try {
      return await download
    } catch (error) {
      signal?.throwIfAborted()
      const cause: unknown = controller.signal.aborted ? controller.signal.reason : error
      throw cause instanceof FaceCompareError ? cause : describeFailure(cause, progress, options.timeoutMs)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      running.delete(controller)
    }
  }

  return {
    fetchImage,
    async close() {
      closed = true
      const downloads = [...running.values()]
      for (const controller of running.keys()) controller.abort(unreachable())
      await Promise.allSettled(downloads)
    },
  }
}

interface Download extends ImageFetcherOptions {
  readonly policy: AddressPolicy
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly onBytes?: OnBytes
}

/** How far the present hop has come: past the policy, which allowed its host, or to the head of an answer that has an image. */
interface Progress {
  reached: 'nothing' | 'allowed host' | 'head'
}

/** The deadline of a whole download. */
class DownloadTimeout extends Error {
  override readonly name = 'DownloadTimeout'
}

/** Deadlines of undici, each as long as that of the whole. */
const TIMEOUT_CODES = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']

async function followUrl(first: URL, download: Download): Promise<Uint8Array> {
  let url = first
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await requestOnce(url, download)
    if (answer instanceof Uint8Array) return answer
    url = answer
  }
  throw failed(`The image url redirects more than ${MAX_REDIRECTS} times.`)
}

/** One hop: the bytes, or where to go next. Its connection is its own, so none is reused past the check of addresses. */
async function requestOnce(url: URL, download: Download): Promise<Uint8Array | URL> {
  download.progress.reached = 'nothing'
  const addresses = await checkedAddresses(url, download)
  download.progress.reached = 'allowed host'
  // Loaded when the first url comes: it is a tenth of what a service loads to start, and many services get no urls.
  const { Client } = await import('undici')
  const client = new Client(url.origin, {
    pipelining: 0,
    allowH2: false,
    headersTimeout: download.timeoutMs,
    bodyTimeout: download.timeoutMs,
    connect: {
      timeout: download.timeoutMs,
      // The connector gets the checked addresses and asks nobody again; the host's name stays in `Host` and in TLS.
      lookup: (_hostname, { all }, done) => {
        const [one] = addresses
        if (all || !one) done(null, addresses)
        else done(null, one.address, one.family)
      },
      autoSelectFamily: true,
    },
  })
  try {
    const response = await client.request({
      method: 'GET',
      path: url.pathname + url.search,
      headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'facecompare' },
      signal: download.signal,
    })
    // A body that is destroyed unread emits an error; unheard it would end the process.
    response.body.on('error', () => {})
    if (REDIRECTS.includes(response.statusCode)) return redirectTarget(url, response, download)
    checkHead(response, download.maxBytes)
    download.progress.reached = 'head'
    return await readBody(response, download)
  } finally {
    await client.destroy()
  }
}

/** All addresses of the url's host, after the policy looked at every one of them. */
async function checkedAddresses(url: URL, { policy, lookup, signal, onRefused }: Download) {
  signal.throwIfAborted()
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(hostname)
  const ask = lookup ?? (policy.allowsHost(hostname) ? lookupThroughSystem : lookupThroughDns)
  const found = family ? [{ address: hostname, family }] : await unlessAborted(ask(hostname, signal), signal)
  const addresses = found.map(({ address }) => address)
  const reason = policy.refusal(hostname, addresses)
  if (reason) {
    onRefused?.({ hostname, addresses, reason })
    throw unreachable()
  }
  return [...found]
}

/** The system's resolver cannot be called back: its late answer is thrown away. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function redirectTarget(from: URL, { headers }: Dispatcher.ResponseData, { onRefused }: Download): URL {
  const location = escapeBytes(headers.location)
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw failed('The image url redirects without saying where to.')
  }
  const target = new URL(location, from.href)
  // Another scheme, or credentials that a foreign server makes up: the place is not one that may be reached.
  if (!isHttp(target) || hasCredentials(target)) {
    const reason = isHttp(target) ? 'redirect with credentials' : `redirect to ${target.protocol}`
    onRefused?.({ hostname: target.hostname, addresses: [], reason })
    throw unreachable()
  }
  return target
}

/** Bytes beyond ASCII, which undici gives as characters of the same number, as browsers send them on: each escaped by itself. */
function escapeBytes(location: string | string[] | undefined): string | undefined {
  if (typeof location !== 'string') return undefined
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
}

function checkHead({ statusCode, headers }: Dispatcher.ResponseData, maxBytes: number): void {
  if (statusCode < 200 || statusCode > 299) throw failed(`The image url answered with HTTP status ${statusCode}.`)
  const encoding = headers['content-encoding'] ?? 'identity'
  // Asked for as it is; unpacking what comes anyway would let a few bytes become many.
  if (!['identity', ''].includes(String(encoding).trim().toLowerCase())) {
    throw failed('The image url answered with a compressed body that was not asked for.')
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
}

async function readBody({ body }: Dispatcher.ResponseData, { maxBytes, onBytes }: Download): Promise<Uint8Array> {
  const blocks = new ByteBlocks(maxBytes)
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new Error('Expected bytes of the body.')
    if (blocks.byteCount + chunk.length > maxBytes) throw tooLarge(maxBytes)
    onBytes?.(chunk.length)
    blocks.add(chunk)
  }
  if (blocks.byteCount === 0) throw new FaceCompareError('IMAGE_EMPTY', 'The image url answered without any bytes.')
  return blocks.join()
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

/**
 * What was too slow, or broke off in the middle of an image, is told: of hosts alone that everybody may reach. Whatever else failed (name,
 * connection, TLS, HTTP syntax) looks the same from outside.
 */
function describeFailure(cause: unknown, { reached }: Progress, timeoutMs: number): FaceCompareError {
  const isLate = cause instanceof DownloadTimeout || TIMEOUT_CODES.includes(codeOf(cause))
  if (reached === 'nothing' || !(isLate || reached === 'head')) return unreachable(cause)
  const sentence = isLate
    ? `The image url took longer than ${timeoutMs / 1000} s.`
    : 'The image url broke off before its image was whole.'
  return new FaceCompareError('URL_UNREACHABLE', sentence, { cause })
}

/** One sentence for blocked, not found, refused and lost, so that nobody can map a network with it. */
function unreachable(cause?: unknown): FaceCompareError {
  return new FaceCompareError('URL_UNREACHABLE', 'The image url cannot be reached.', { cause })
}

function failed(sentence: string): FaceCompareError {
  return new FaceCompareError('URL_DOWNLOAD_FAILED', sentence)
}

function tooLarge(maxBytes: number): FaceCompareError {
  return failed(`The image url sends more than ${maxBytes} bytes.`)
}
