import type { Gallery } from '../calls/gallery.js'
import { FaceCompareError } from '../errors.js'

/** Where there may be a gallery of persons. */
export interface MayEnrol {
  /** Absent while nobody may be enrolled. */
  readonly gallery: Gallery | undefined
}

/** Throws INTERFACE_NOT_SUPPORTED while nobody may be enrolled. */
export function refuseUnenrolled(context: MayEnrol): void {
  enrolled(context)
}

/** The gallery of persons. Throws INTERFACE_NOT_SUPPORTED while nobody may be enrolled. */
export function enrolled({ gallery }: MayEnrol): Gallery {
  if (gallery) return gallery
  throw new FaceCompareError(
    'INTERFACE_NOT_SUPPORTED',
    'This service keeps no persons: whoever runs it can switch that on with FACECOMPARE_GALLERY=1.',
  )
}
