import type { AnalysedFace, FaceSource } from '../../calls/gallery.js'
import type { FacesInPicture, FindOptions } from '../../engine/face.js'
import { FaceCompareError } from '../../errors.js'
import { analysed } from '../analysed-face.js'
import { workOn } from '../pictures.js'
import type { ReceivedCall } from './context.js'
import { type ImageSource, pictureBytes } from './pictures.js'

/** Where a picture comes from, read when its turn comes. */
export type PictureSource = () => Promise<ImageSource>

/** The faces of a picture, and what is asked of them. */
export async function findFaces(
  received: ReceivedCall,
  picture: PictureSource,
  options: FindOptions,
): Promise<FacesInPicture> {
  const { engine, stop } = received
  return workOn(pictureBytes(await picture(), received), '', received, stop.signal, (image, signal, onWorkerLost) =>
    engine.findFaces(image, options, signal, onWorkerLost),
  )
}

/** The most prominent face of a picture, to be enrolled or searched for. */
export function openFace(received: ReceivedCall, picture: PictureSource, attributes: boolean): FaceSource {
  return async () => {
    const { faces } = await findFaces(received, picture, { which: 'largest', attributes, templates: true })
    const [face] = faces
    if (!face) throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found in the image.')
    return analysed(face)
  }
}

/** All faces of a picture, to be searched for. */
export function openFaces(received: ReceivedCall, picture: PictureSource): () => Promise<readonly AnalysedFace[]> {
  return async () => {
    const { faces } = await findFaces(received, picture, { which: 'all', attributes: false, templates: true })
    return faces.map(analysed)
  }
}
