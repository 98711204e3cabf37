import { FaceCompareError } from '../../errors.js'
import { checkUrl } from '../../image/fetch-remote.js'
import type { PictureBytes, PictureLabel } from '../pictures.js'
import type { ReceivedCall } from './context.js'

/** Where an image comes from. */
export type ImageSource = { readonly url: string } | { readonly bytes: Uint8Array }

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

/** As it is handed to the engine; of a url what fetches it, counted among the bytes of the call. */
export function pictureBytes(source: ImageSource, { fetchImage, share }: ReceivedCall): PictureBytes {
  return 'url' in source ? (signal) => fetchImage(source.url, signal, share.take) : source.bytes
}
