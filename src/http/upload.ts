import type { IncomingMessage, ServerResponse } from 'node:http'
import { FaceCompareError } from '../errors.js'
import { type Line, SLICE_BYTES, type Turn } from '../turns.js'
import { type BodyKind, requireKind } from './body-kind.js'
import type { Call } from './call-log.js'
import type { Connections } from './connections.js'
import { readContentType } from './content-type.js'
import type { Fields } from './fields.js'
import { parseForm } from './form-body.js'
import { parseJson } from './json-body.js'
import { parseMultipart } from './multipart.js'
import { readBody } from './upload-body.js'
import type { UploadShare } from './upload-budget.js'
import type { UploadPace } from './upload-pace.js'

export interface UploadLimits {
  readonly maxBodyBytes: number
  readonly pace: UploadPace
}

/** How calls share the one thread that reads bodies. */
export interface ReadingOrder {
  readonly turn: Turn
  /** For bodies that take many turns. */
  readonly line: Line
}

type ParseBody = (body: Buffer, turn: Turn) => Fields | Promise<Fields>

/** What an upload counts for before anything of it has come: its buffers. */
const RESERVE_BYTES = 64 * 1024

/** Two images in Base64, and room for everything else. */
export function maxBodyBytesFor(maxImageBytes: number): number {
  return 2 * Math.ceil((4 / 3) * maxImageBytes) + 64 * 1024
}

/**
 * Reads the body of a call, counted while it comes, and takes it apart. Nothing is read (and no `100 Continue` sent)
 * when the headers alone, or `admit`, refuse it. Throws BODY_TOO_LARGE, TOO_MANY_REQUESTS when all uploads together are too much, and
 * BAD_REQUEST, with status 408 for an upload that is stalled or too slow.
 */
export async function readUpload(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
  connections: Connections,
  limits: UploadLimits,
  share: UploadShare,
  order: ReadingOrder,
  admit: () => void,
): Promise<Fields> {
  const announcedBytes = Number(request.headers['content-length'] ?? 0)
  if (announcedBytes > limits.maxBodyBytes) throw tooLarge(limits)
  checkContentEncoding(request.headers['content-encoding'])
  const parse = chooseParser(call.contentType)
  admit()
  share.requireRoom(announcedBytes)
  share.take(RESERVE_BYTES)
  connections.continueUpload(request, response)
  const expectedBytes = announcedBytes > 0 ? announcedBytes : limits.maxBodyBytes
  const takePiece = (pieceBytes: number, bytes: number): void => {
    call.bytes.received = bytes
    if (bytes > limits.maxBodyBytes) throw tooLarge(limits)
    share.take(pieceBytes)
  }
  const upload = { request, broken: connections.uploadSignal(request), expectedBytes, pace: limits.pace, takePiece }
  const blocks = await readBody(upload)
  const read = async () => {
    const { buffer, byteOffset, byteLength } = await blocks.join(order.turn)
    return parse(Buffer.from(buffer, byteOffset, byteLength), order.turn)
  }
  return blocks.byteCount > SLICE_BYTES ? order.line(read) : read()
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
      return knowing('multipart', (body, turn) => parseMultipart(body, boundary, turn))
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
  return (body, turn) => {
    requireKind(body, kind)
    return parse(body, turn)
  }
}

function tooLarge(limits: UploadLimits): FaceCompareError {
  return new FaceCompareError('BODY_TOO_LARGE', `The body is larger than ${limits.maxBodyBytes} bytes.`)
}
