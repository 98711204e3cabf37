import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { FaceCompareError } from '../errors.js'
import { createLine, createTurns, SLICE_BYTES, type Turn } from '../turns.js'
import { type BodyKind, requireKind } from './body-kind.js'
import type { Call } from './call-log.js'
import type { Connections } from './connections.js'
import { readContentType } from './content-type.js'
import type { FieldNames, Fields } from './fields.js'
import { parseForm } from './form-body.js'
import { parseJson } from './json-body.js'
import { parseMultipart } from './multipart.js'
import { readBody } from './upload-body.js'
import type { UploadBudget, UploadOwner, UploadShare } from './upload-budget.js'
import { DEFAULT_PACE, type UploadPace } from './upload-pace.js'

export interface UploadOptions {
  readonly connections: Connections
  /** Of one image; a body may hold two of them in Base64. */
  readonly maxImageBytes: number
  readonly pace: Partial<UploadPace>
  /** What the images of all calls may hold together. */
  readonly budget: UploadBudget
}

export interface Received {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly call: Call
  readonly share: UploadShare
  /** Throws to refuse the call before its body is looked at. */
  readonly admit: () => void
}

/** What is made of a body. It lets others have their turn where that takes long. */
export type ParseBody<T> = (body: Buffer, turn: Turn) => T | Promise<T>

/** How a body of this Content-Type is read. Throws where it is not taken. */
export type ChooseParser<T> = (contentType: string | undefined) => ParseBody<T>

/** Takes in the bodies of calls. */
export interface Uploads {
  readonly maxImageBytes: number
  /** The part of the budget that a call has; to be closed when the call is answered, not before. */
  readonly open: (owner: UploadOwner) => UploadShare
  /**
   * Reads the body of a call, counted while it comes, and takes it apart. Nothing is read (and no `100 Continue` sent)
   * when the headers alone, or `admit`, refuse it. Throws BODY_TOO_LARGE, TOO_MANY_REQUESTS when all uploads together are too much,
   * and BAD_REQUEST, with status 408 for an upload that is stalled or too slow.
   */
  readonly read: <T>(received: Received, chooseParser: ChooseParser<T>) => Promise<T>
  /** Works on a body that was read, one large body after the other: what that takes in memory is given back before the next. */
  readonly workOn: <T>(body: Uint8Array, work: (turn: Turn) => Promise<T>) => Promise<T>
}

/** What an upload counts for before anything of it has come: its buffers. */
const RESERVE_BYTES = 64 * 1024

/** Two images in Base64, and room for everything else. */
export function maxBodyBytesFor(maxImageBytes: number): number {
  return 2 * Math.ceil((4 / 3) * maxImageBytes) + 64 * 1024
}

export function createUploads({ connections, maxImageBytes, pace, budget }: UploadOptions): Uploads {
  const maxBodyBytes = maxBodyBytesFor(maxImageBytes)
  const wholePace = { ...DEFAULT_PACE, ...pace }
  // Calls share the one thread that reads bodies: in turns, and those that take many turns one after the other.
  const turn = createTurns()
  const line = createLine()
  const lineUp = <T>(byteCount: number, work: () => Promise<T>): Promise<T> =>
    byteCount > SLICE_BYTES ? line(work) : work()

  async function read<T>(received: Received, chooseParser: ChooseParser<T>): Promise<T> {
    const { request, response, call, share, admit } = received
    const announcedBytes = Number(request.headers['content-length'] ?? 0)
    if (announcedBytes > maxBodyBytes) throw tooLarge(maxBodyBytes)
    checkCodings(request.headers)
    const parse = chooseParser(call.contentType)
    admit()
    share.requireRoom(announcedBytes)
    share.take(RESERVE_BYTES)
    connections.continueUpload(request, response)
    const expectedBytes = announcedBytes > 0 ? announcedBytes : maxBodyBytes
    const takePiece = (pieceBytes: number, bytes: number): void => {
      call.bytes.received = bytes
      if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes)
      share.take(pieceBytes)
    }
    const upload = { request, broken: connections.uploadSignal(request), expectedBytes, pace: wholePace, takePiece }
    const blocks = await readBody(upload)
    const parseAll = async () => {
      const { buffer, byteOffset, byteLength } = await blocks.join(turn)
      return parse(Buffer.from(buffer, byteOffset, byteLength), turn)
    }
    return lineUp(blocks.byteCount, parseAll)
  }

  return {
    maxImageBytes,
    open: (owner) => budget.open(owner),
    read,
    workOn: (body, work) => lineUp(body.length, () => work(turn)),
  }
}

function checkCodings(headers: IncomingHttpHeaders): void {
  if (!isPlain(headers['content-encoding'], ['identity'])) {
    throw new FaceCompareError('BAD_REQUEST', 'A body with a Content-Encoding is not taken; send it as it is.')
  }
  if (!isPlain(headers['transfer-encoding'], ['identity', 'chunked'])) {
    throw new FaceCompareError(
      'BAD_REQUEST',
      'A Transfer-Encoding other than chunked is not taken; send the body as it is.',
    )
  }
}

/** Whether a list of codings has none but these, which leave a body as it is. */
function isPlain(list: string | undefined, plain: readonly string[]): boolean {
  return (list ?? '').split(',').every((coding) => ['', ...plain].includes(coding.trim().toLowerCase()))
}

/** Reads the fields of a body by what its Content-Type says. Throws BAD_REQUEST for another, or none, at once. */
export function parseFields(header: string | undefined, names: FieldNames): ParseBody<Fields> {
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
      return knowing('multipart', (body, turn) => parseMultipart(body, { boundary, names }, turn))
    case 'application/x-www-form-urlencoded':
      return knowing('a form', (body, turn) => parseForm(body, names, turn))
    default:
      throw new FaceCompareError(
        'BAD_REQUEST',
        'Expected a Content-Type of multipart/form-data or application/json but received another.',
      )
  }
}

/** First asks whether the body is written in what its Content-Type says. */
function knowing(kind: BodyKind, parse: ParseBody<Fields>): ParseBody<Fields> {
  return (body, turn) => {
    requireKind(body, kind)
    return parse(body, turn)
  }
}

function tooLarge(maxBodyBytes: number): FaceCompareError {
  return new FaceCompareError('BODY_TOO_LARGE', `The body is larger than ${maxBodyBytes} bytes.`)
}
