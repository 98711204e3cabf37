import { readComparison, readData } from './answer.js'
import type { Comparison, ComparisonWithFaces } from './comparison.js'
import { type Deadline, openDeadline } from './deadline.js'
import { FaceCompareNoAnswerError } from './errors.js'
import { createFetchTransport } from './fetch-transport.js'
import { type ImageField, type ImageSource, readSource } from './image-source.js'
import { encodeForm, type FormBody, type FormField } from './multipart.js'
import { originOf } from './origin.js'
import { type CallOptions, createPersonCalls, type PersonCalls } from './person-calls.js'
import { retrying } from './retry.js'
import { createSignature } from './signature.js'
import type { Transport, TransportAnswer, TransportRequest } from './transport.js'

interface ConnectionOptions {
  /** Where the service is, such as `https://faces.example.com`; a path in front of `/face/...` may follow. */
  readonly baseUrl: string
  readonly appid: string
  /** Named in signatures and bodies; none when absent. */
  readonly bucket?: string
  /** Longest time of one call with everything that belongs to it (signing, retries, waiting), in milliseconds; 30000 when absent. */
  readonly timeoutMs?: number
  /** How often a call that was surely not processed is tried again, 0 or more; 2 when absent. */
  readonly retries?: number
  /** How requests are sent; by the global `fetch` when absent. */
  readonly transport?: Transport
}

/** Signs by itself. For servers and tools: a page or a mini-program that holds a SecretKey gives it to everyone. */
interface SecretOptions {
  readonly secretId: string
  readonly secretKey: string
  readonly sign?: undefined
}

/** Gets signatures from elsewhere, as a rule from the app's own server, so that the SecretKey stays there. */
interface SignOptions {
  /** A fresh signature, asked for before each attempt; one that works once is fine. */
  readonly sign: () => string | Promise<string>
  readonly secretId?: undefined
  readonly secretKey?: undefined
}

export type FaceCompareClientOptions = ConnectionOptions & (SecretOptions | SignOptions)

export interface CompareOptions extends CallOptions {
  /** Asks for `faces`: box, landmarks, quality and more of both. */
  readonly returnFaces?: boolean
  /** The similarity from which on `match` is true, 0 to 100; 70 when absent. */
  readonly threshold?: number
  /**
   * Faces of less quality are refused with code -1103, 0 to 100; what the service's model pack asks for when absent. Below that,
   * scores of poor pictures promise nothing; 0 refuses none. `qualityChecked` of the comparison then says which it was.
   */
  readonly minQuality?: number
}

export interface FaceCompareClient extends PersonCalls {
  /**
   * Compares the most prominent faces of two pictures, each given as bytes, Blob or url. Rejects with FaceCompareApiError when
   * the service answers with an error, FaceCompareNoAnswerError when there is no answer of it, and TypeError or RangeError for
   * arguments that cannot be right.
   */
  compare(
    a: ImageSource,
    b: ImageSource,
    options: CompareOptions & { readonly returnFaces: true },
  ): Promise<ComparisonWithFaces>
  compare(a: ImageSource, b: ImageSource, options?: CompareOptions): Promise<Comparison>
}

const DEFAULT_TIMEOUT_MS = 30_000
/** Timers of all engines take no more. */
const LONGEST_TIMEOUT_MS = 2_147_483_647
const DEFAULT_RETRIES = 2
const DEFAULT_THRESHOLD = 70

/** A client of one service in the name of one app. Throws TypeError or RangeError for options that cannot be right. */
export function createFaceCompareClient(options: FaceCompareClientOptions): FaceCompareClient {
  const baseUrl = requireBaseUrl(options.baseUrl)
  const origin = originOf(baseUrl)
  const { retries = DEFAULT_RETRIES, timeoutMs: clientTimeoutMs = DEFAULT_TIMEOUT_MS } = options
  const transport = options.transport ?? createFetchTransport()
  const sign = signerOf(options)
  if (!options.appid) throw new TypeError('Expected an appid but received none.')
  requireWholeNumber('retries', retries, 0, 100)
  requireWholeNumber('timeoutMs', clientTimeoutMs, 1, LONGEST_TIMEOUT_MS)

  async function attempt(url: string, body: FormBody, { signal, within, remainingMs }: Deadline) {
    const authorization = requireSignature(await within(async () => sign()))
    const headers = { Authorization: authorization, 'Content-Type': body.contentType }
    const request = { url, method: 'POST', headers, body: body.bytes, timeoutMs: remainingMs(), signal } as const
    return within(() => sendBy(transport, request))
  }

  /** One call with everything that belongs to it. */
  async function call<T>(
    name: string,
    fields: () => Promise<readonly FormField[]>,
    read: (answer: TransportAnswer) => T,
    { timeoutMs = clientTimeoutMs, signal }: CallOptions,
  ): Promise<T> {
    requireWholeNumber('timeoutMs', timeoutMs, 1, LONGEST_TIMEOUT_MS)
    const deadline = openDeadline(timeoutMs, signal)
    try {
      const body = encodeForm([...appFields(options), ...(await deadline.within(fields))])
      const url = `${baseUrl}/face/${name}`
      return await retrying(async () => read(await attempt(url, body, deadline)), retries, deadline)
    } finally {
      deadline.close()
    }
  }

  function compare(
    a: ImageSource,
    b: ImageSource,
    options: CompareOptions & { readonly returnFaces: true },
  ): Promise<ComparisonWithFaces>
  function compare(a: ImageSource, b: ImageSource, options?: CompareOptions): Promise<Comparison>
  async function compare(a: ImageSource, b: ImageSource, options: CompareOptions = {}): Promise<Comparison> {
    const { returnFaces = false, threshold = DEFAULT_THRESHOLD, minQuality } = options
    requireShare('threshold', threshold)
    if (minQuality !== undefined) requireShare('minQuality', minQuality)
    const read = (answer: TransportAnswer) => readComparison(answer, origin, { returnFaces, threshold })
    return call('compare', () => comparisonFields(a, b, options), read, options)
  }

  return {
    compare,
    ...createPersonCalls((name, fields, read, options = {}) => {
      return call(name, fields, (answer) => readData(answer, origin, read), options)
    }),
  }
}

function signerOf({ appid, bucket = '', secretId, secretKey, sign }: FaceCompareClientOptions) {
  if (sign && secretKey === undefined) return sign
  if (sign || !secretId || !secretKey) {
    throw new TypeError('Expected either secretId and secretKey or a function sign.')
  }
  return () => createSignature({ appid, secretId, secretKey, bucket })
}

/** An app's server may answer with a page in place of a signature, to which no header can be set. Not shown: it may be a secret. */
function requireSignature(signature: unknown): string {
  const text = typeof signature === 'string' ? signature.trim() : ''
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new TypeError('Expected sign to give a signature but received something else.')
}

function requireBaseUrl(baseUrl: string): string {
  // Not shown: it would be in every log.
  if (/^https?:\/\/[^/?#]*@/i.test(baseUrl)) throw new TypeError('Expected baseUrl to have no user and no password.')
  if (/^https?:\/\/[^/?#\s]+[^?#\s]*$/i.test(baseUrl)) return baseUrl.replace(/\/+$/, '')
  throw new TypeError(`Expected baseUrl to be an http(s) url without a query but received ${JSON.stringify(baseUrl)}.`)
}

function requireWholeNumber(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`Expected ${name} to be a whole number from ${least} to ${most} but received ${value}.`)
}

function requireShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 100)) throw new RangeError(`Expected ${name} to be a number from 0 to 100.`)
}

function appFields({ appid, bucket = '' }: ConnectionOptions): readonly FormField[] {
  return [{ name: 'appid', value: appid }, ...(bucket === '' ? [] : [{ name: 'bucket', value: bucket }])]
}

async function comparisonFields(
  a: ImageSource,
  b: ImageSource,
  { returnFaces = false, minQuality }: CompareOptions,
): Promise<readonly FormField[]> {
  const [sideA, sideB] = await Promise.all([readSource(a, 'image A'), readSource(b, 'image B')])
  return [
    ...(returnFaces ? [{ name: 'return_faces', value: '1' }] : []),
    ...(minQuality === undefined ? [] : [{ name: 'min_quality', value: String(minQuality) }]),
    sideField('A', sideA),
    sideField('B', sideB),
  ]
}

function sideField(side: 'A' | 'B', field: ImageField): FormField {
  return 'url' in field ? { name: `url${side}`, value: field.url } : { name: `image${side}`, value: field.bytes }
}

async function sendBy(transport: Transport, request: TransportRequest): Promise<TransportAnswer> {
  try {
    return await transport.send(request)
  } catch (error) {
    if (error instanceof FaceCompareNoAnswerError) throw error
    const sentence = `The connection to ${originOf(request.url)} failed before an answer came.`
    throw new FaceCompareNoAnswerError('lost', sentence, { cause: error })
  }
}
