import type { IncomingMessage, ServerResponse } from 'node:http'
import { FaceCompareError } from '../errors.js'
import { type BodyKind, requireKind } from './body-kind.js'
import type { Call } from './call-log.js'
import type { Connections } from './connections.js'
import { readContentType } from './content-type.js'
import type { Fields } from './fields.js'
import { parseForm } from './form-body.js'
import { parseJson } from './json-body.js'
import { parseMultipart } from './multipart.js'
import { UnreadableRequestError } from './reply.js'
import { describeUnreadable } from './unreadable.js'
import type { UploadShare } from './upload-budget.js'

export interface UploadLimits {
  readonly maxBodyBytes: number
  /** How long an upload may stand still. */
  readonly stallMs: number
}

type ParseBody = (body: Buffer) => Fields

/** Two images in Base64, and room for everything else. */
export function maxBodyBytesFor(maxImageBytes: number): number {
  return 2 * Math.ceil((4 / 3) * maxImageBytes) + 64 * 1024
}

/**
 * Reads the body of a call, counted while it comes, and takes it apart. Nothing is read (and no `100 Continue` sent)
 * when the headers alone, or `admit`, refuse it. Throws BODY_TOO_LARGE, TOO_MANY_REQUESTS when all uploads together are too much, and
 * BAD_REQUEST, with status 408 for a stalled upload.
 */
export async function readUpload(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
  connections: Connections,
  limits: UploadLimits,
  share: UploadShare,
  admit: () => void,
): Promise<Fields> {
  const announcedBytes = Number(request.headers['content-length'] ?? 0)
  if (announcedBytes > limits.maxBodyBytes) throw tooLarge(limits)
  checkContentEncoding(request.headers['content-encoding'])
  const parse = chooseParser(call.contentType)
  admit()
  share.take(announcedBytes)
  connections.continueUpload(request, response)
  return parse(await readBody({ request, call, limits, share, announcedBytes }, connections.uploadSignal(request)))
}

function checkContentEncoding(encoding: string | undefined): void {
  if (encoding === undefined || ['', 'identity'].includes(encoding.trim().toLowerCase())) return
  throw new FaceCompareError('BAD_REQUEST', 'A body with a Content-Encoding is not taken; send it as it is.')
}

function chooseParser(header: string | undefined): ParseBody {
  if (header === undefined || header.trim() === '') {
    throw new FaceCompareError(
      'BAD_REQUEST',
      'The request has no Content-Type: send application/json with a JSON body, multipart/form-data with files.',
    )
  }
  const { mediaType, boundary } = readContentType(header)
  switch (mediaType) {
    case 'application/json':
    case 'text/json':
      return knowing('JSON', parseJson)
    case 'multipart/form-data':
      return knowing('multipart', (body) => parseMultipart(body, boundary))
    case 'application/x-www-form-urlencoded':
      return knowing('a form', parseForm)
    default:
      throw new FaceCompareError(
        'BAD_REQUEST',
        'Expected a Content-Type of multipart/form-data or application/json but received another.',
      )
  }
}

/** First asks whether the body is written in what its Content-Type says. */
function knowing(kind: BodyKind, parse: ParseBody): ParseBody {
  return (body) => {
    requireKind(body, kind)
    return parse(body)
  }
}

interface Upload {
  readonly request: IncomingMessage
  readonly call: Call
  readonly limits: UploadLimits
  readonly share: UploadShare
  /** 0 when the head does not say. */
  readonly announcedBytes: number
}

function readBody(upload: Upload, broken: AbortSignal | undefined): Promise<Buffer> {
  const { request, call, limits, share, announcedBytes } = upload
  return new Promise((resolve, reject) => {
    // Of a known length it is put in its place piece by piece: joined at the end, it would be in memory twice.
    const body = announcedBytes > 0 ? Buffer.allocUnsafeSlow(announcedBytes) : undefined
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (finish: () => void) => {
      clearTimeout(stallTimer)
      request.off('data', takeChunk).off('end', takeEnd).off('error', takeLoss).off('close', takeLoss)
      broken?.removeEventListener('abort', takeBroken)
      finish()
    }
    const fail = (error: FaceCompareError) => settle(() => reject(error))
    const takeChunk = (chunk: Buffer) => {
      stallTimer.refresh()
      if (body) chunk.copy(body, bytes)
      else chunks.push(chunk)
      bytes += chunk.length
      call.bytes.received = bytes
      if (bytes > limits.maxBodyBytes) fail(tooLarge(limits))
      else if (!body) claim(chunk.length)
    }
    const claim = (more: number) => {
      try {
        share.take(more)
      } catch (error) {
        settle(() => reject(error))
      }
    }
    const takeEnd = () => settle(() => resolve(body?.subarray(0, bytes) ?? Buffer.concat(chunks, bytes)))
    const takeLoss = () => fail(new FaceCompareError('BAD_REQUEST', 'The connection was lost during the upload.'))
    const takeBroken = () => fail(describeUnreadable(broken?.reason))
    const stallTimer = setTimeout(
      () => fail(new UnreadableRequestError(408, 'The upload stood still for too long.')),
      limits.stallMs,
    )
    // Both may have happened while the signature was checked.
    if (broken?.aborted) return takeBroken()
    if (request.destroyed) return takeLoss()
    broken?.addEventListener('abort', takeBroken)
    request.on('data', takeChunk).on('end', takeEnd).on('error', takeLoss).on('close', takeLoss)
    return undefined
  })
}

function tooLarge(limits: UploadLimits): FaceCompareError {
  return new FaceCompareError('BODY_TOO_LARGE', `The body is larger than ${limits.maxBodyBytes} bytes.`)
}
