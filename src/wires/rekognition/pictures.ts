import type { Face, FacesInPicture, FindOptions, FoundFace } from '../../engine/face.js'
import { FaceCompareError } from '../../errors.js'
import { type PictureBytes, type PictureLabel, workOn } from '../pictures.js'
import type { DescribedFace } from '../seen-face.js'
import type { RekognitionCall } from './context.js'
import type { ImageSource } from './request.js'

/** The most prominent face of a picture, with its template. */
export function openFace(call: RekognitionCall, image: ImageSource, label: PictureLabel) {
  return (signal: AbortSignal): Promise<Face> => workOn(bytesOf(image, call), label, call, signal, call.engine.analyze)
}

/** All faces of a picture. */
export function openFaces(
  call: RekognitionCall,
  image: ImageSource,
  label: PictureLabel,
  options: Omit<FindOptions, 'which'>,
) {
  return (signal: AbortSignal): Promise<FacesInPicture> =>
    workOn(bytesOf(image, call), label, call, signal, (bytes, stop, onWorkerLost) =>
      call.engine.findFaces(bytes, { which: 'all', ...options }, stop, onWorkerLost),
    )
}

/** A face with the size of the picture that it was found in. */
export function seenIn(
  { imageWidth, imageHeight }: Pick<FacesInPicture, 'imageWidth' | 'imageHeight'>,
  face: FoundFace,
): DescribedFace {
  return { ...face, imageWidth, imageHeight }
}

function bytesOf(image: ImageSource, { readObject, share }: RekognitionCall): PictureBytes {
  if ('bytes' in image) return image.bytes
  return () => {
    if (readObject) return readObject(image.s3Object, share.take)
    throw new FaceCompareError(
      'URL_DOWNLOAD_FAILED',
      'No bucket is known here: send the Bytes of the image, or let FACECOMPARE_S3_FOLDER name a folder of buckets.',
    )
  }
}
