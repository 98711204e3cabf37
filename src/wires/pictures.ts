import type { Stages } from '../engine/face.js'
import { FaceCompareError } from '../errors.js'
import { noteStage, timed } from '../http/call-log.js'
import type { OpenCall } from './receive.js'

/** The side of a comparison, or nothing where a call has one kind of picture. */
export type PictureLabel = '' | 'A' | 'B'

/** The bytes of a picture that came with the call, or what gets them from elsewhere. */
export type PictureBytes = Uint8Array | ((signal: AbortSignal) => Promise<Uint8Array>)

/** What the engine makes of an image. */
export type Work<T> = (image: Uint8Array, signal: AbortSignal, onWorkerLost: () => void) => Promise<T>

/** Fetches an image where it must be, lets the engine work on it, and notes how long each stage took. */
export async function workOn<T extends { readonly stages: Stages }>(
  picture: PictureBytes,
  label: PictureLabel,
  { gate, identity, request: { call } }: OpenCall,
  signal: AbortSignal,
  work: Work<T>,
): Promise<T> {
  const bytes = typeof picture === 'function' ? await timed(call, `fetch${label}`, () => picture(signal)) : picture
  if (bytes.length === 0) throw new FaceCompareError('IMAGE_EMPTY', `The url${label} answered without any bytes.`)
  call.bytes[`image${label}`] = bytes.length
  const onWorkerLost = () => gate.losses.note(identity.appid)
  const result = await timed(call, `analyze${label}`, () => work(bytes, signal, onWorkerLost))
  const { decodeMs, detectMs, alignMs, embedMs } = result.stages
  noteStage(call, `decode${label}`, decodeMs)
  noteStage(call, `detect${label}`, detectMs)
  noteStage(call, `align${label}`, alignMs)
  noteStage(call, `embed${label}`, embedMs)
  return result
}
