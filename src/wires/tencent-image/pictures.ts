import type { Stages } from '../../engine/face.js'
import { FaceCompareError } from '../../errors.js'
import { noteStage, timed } from '../../http/call-log.js'
import { checkUrl } from '../../image/fetch-remote.js'
import type { ReceivedCall } from './context.js'

/** Where an image comes from. */
export type ImageSource = { readonly url: string } | { readonly bytes: Uint8Array }

/** The side of a comparison, or nothing where a call has one kind of picture. */
export type PictureLabel = '' | 'A' | 'B'

/** Throws what a url that cannot be fetched is refused with. */
export function urlSource(url: string): ImageSource {
  checkUrl(url)
  return { url }
}

/** Throws PARAMETER_MISSING, IMAGE_EMPTY and BODY_TOO_LARGE. */
export function bytesSource(image: Uint8Array | undefined, label: PictureLabel, maxImageBytes: number): ImageSource {
  if (!image) throw new FaceCompareError('PARAMETER_MISSING', `Neither image${label} nor url${label} was sent.`)
  if (image.length === 0) throw new FaceCompareError('IMAGE_EMPTY', `The image${label} is empty.`)
  if (image.length > maxImageBytes) {
    throw new FaceCompareError('BODY_TOO_LARGE', `The image${label} is larger than ${maxImageBytes} bytes.`)
  }
  return { bytes: image }
}

/** What the engine makes of an image. */
export type Work<T> = (image: Uint8Array, signal: AbortSignal, onWorkerLost: () => void) => Promise<T>

/** Fetches an image where it must be, lets the engine work on it, and notes how long each stage took. */
export async function workOn<T extends { readonly stages: Stages }>(
  source: ImageSource,
  label: PictureLabel,
  { fetchImage, share, gate, identity, request: { call } }: ReceivedCall,
  signal: AbortSignal,
  work: Work<T>,
): Promise<T> {
  const bytes =
    'url' in source
      ? await timed(call, `fetch${label}`, () => fetchImage(source.url, signal, share.take))
      : source.bytes
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
