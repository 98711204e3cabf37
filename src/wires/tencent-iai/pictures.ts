import type { Face, FacesInPicture, FindOptions, FoundFace } from '../../engine/face.js'
import { FaceCompareError } from '../../errors.js'
import { type PictureBytes, type PictureLabel, workOn } from '../pictures.js'
import type { SeenFace } from '../seen-face.js'
import type { IaiCall } from './context.js'
import type { ImageSource } from './images.js'
import type { FaceChoice } from './request.js'

/** The face of a picture that is compared, with its template. */
export function openFace(call: IaiCall, image: ImageSource, label: PictureLabel, choice: FaceChoice = 'largest') {
  return (signal: AbortSignal): Promise<Face> =>
    workOn(bytesOf(image, call), label, call, signal, async (bytes, stop, onWorkerLost) => {
      const { engine } = call
      const face = await engine.analyze(bytes, stop, onWorkerLost)
      // The most prominent face is the largest. Only where there are others can one of them be surer.
      if (choice === 'largest' || face.faceCount === 1) return face
      const options = { which: 'all', attributes: false, templates: true } as const
      return surestOf(await engine.findFaces(bytes, options, stop, onWorkerLost)) ?? face
    })
}

function surestOf({ faces, ...picture }: FacesInPicture): Face | undefined {
  const [surest] = faces.toSorted((a, b) => b.detectionScore - a.detectionScore)
  if (!surest?.template) return undefined
  const { template, attributes: _, ...seen } = surest
  return { ...picture, ...seen, ...template }
}

export interface WantedFaces extends Omit<FindOptions, 'which'> {
  /** The largest so many. */
  readonly maxFaces: number
  /** Pixels: smaller ones are passed over. */
  readonly minFaceSize: number
}

export interface WantedPicture {
  /** The largest first, at least one. */
  readonly faces: readonly (FoundFace & SeenFace)[]
}

/** The largest faces of a picture. Rejects with FACE_NOT_DETECTED where all are too small. */
export async function findFaces(
  call: IaiCall,
  image: ImageSource,
  { maxFaces, minFaceSize, ...options }: WantedFaces,
): Promise<WantedPicture> {
  const which = maxFaces === 1 ? 'largest' : 'all'
  const found = await workOn(bytesOf(image, call), '', call, call.stop.signal, (bytes, stop, onWorkerLost) =>
    call.engine.findFaces(bytes, { which, ...options }, stop, onWorkerLost),
  )
  const { imageWidth, imageHeight } = found
  const faces = found.faces
    .filter(({ box }) => Math.min(box.width, box.height) >= minFaceSize)
    .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)
    .slice(0, maxFaces)
    .map((face) => ({ ...face, imageWidth, imageHeight }))
  if (faces.length > 0) return { faces }
  throw new FaceCompareError('FACE_NOT_DETECTED', `No face of ${minFaceSize} pixels or more was found in the image.`)
}

function bytesOf(image: ImageSource, { fetchImage, share }: IaiCall): PictureBytes {
  return 'url' in image ? (signal) => fetchImage(image.url, signal, share.take) : image.bytes
}
