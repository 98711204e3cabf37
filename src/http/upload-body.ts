import type { IncomingMessage } from 'node:http'
import { FaceCompareError } from '../errors.js'
import { ByteBlocks } from '../image/byte-blocks.js'
import { UnreadableRequestError } from './reply.js'
import { pauseBetweenTinyChunks } from './tiny-chunks.js'
import { describeUnreadable } from './unreadable.js'
import { PaceWatch, type UploadPace } from './upload-pace.js'

export interface Upload {
  readonly request: IncomingMessage
  /** Aborts when the rest of the body cannot be read as HTTP. */
  readonly broken: AbortSignal | undefined
  /** How many bytes may come at most. */
  readonly expectedBytes: number
  readonly pace: UploadPace
  /** Told of every piece before it is kept, and how many bytes that makes. What it throws ends the upload. */
  readonly takePiece: (pieceBytes: number, bytes: number) => void
}

/** Takes in a body. Rejects with BAD_REQUEST (status 408 for one that is stalled or too slow), or with what `takePiece` throws. */
export function readBody({ request, broken, expectedBytes, pace, takePiece }: Upload): Promise<ByteBlocks> {
  return new Promise((resolve, reject) => {
    const blocks = new ByteBlocks(expectedBytes)
    const settle = (finish: () => void): void => {
      watch.stop()
      request.off('data', takeChunk).off('end', takeEnd).off('error', takeLoss).off('close', takeLoss)
      broken?.removeEventListener('abort', takeBroken)
      finish()
    }
    const fail = (error: unknown): void => settle(() => reject(error))
    const takeChunk = (chunk: Buffer): void => {
      watch.note(chunk.length)
      try {
        takePiece(chunk.length, blocks.byteCount + chunk.length)
        blocks.add(chunk)
      } catch (error) {
        fail(error)
      }
    }
    const takeEnd = (): void => settle(() => resolve(blocks))
    const takeLoss = (): void => fail(new FaceCompareError('BAD_REQUEST', 'The connection was lost during the upload.'))
    const takeBroken = (): void => fail(describeUnreadable(broken?.reason))
    const watch = new PaceWatch(pace, () =>
      fail(new UnreadableRequestError(408, 'The upload stood still or was too slow for too long.')),
    )
    // Both may have happened while the signature was checked.
    if (broken?.aborted) return takeBroken()
    if (request.destroyed) return takeLoss()
    broken?.addEventListener('abort', takeBroken)
    pauseBetweenTinyChunks(request)
    request.on('data', takeChunk).on('end', takeEnd).on('error', takeLoss).on('close', takeLoss)
    return undefined
  })
}
