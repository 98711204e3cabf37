import type { Gallery } from '../calls/gallery.js'
import { FaceCompareError } from '../errors.js'

export interface EnrolledGallery extends Gallery {
  /** Whether the model pack tells age, sex and the like. */
  readonly tellsAttributes: boolean
}

/** Where there may be a gallery of persons. */
export interface MayEnrol {
  /** Absent while nobody may be enrolled. */
  readonly gallery: EnrolledGallery | undefined
}

/** Throws INTERFACE_NOT_SUPPORTED while nobody may be enrolled. */
export function refuseUnenrolled(context: MayEnrol): void {
  enrolled(context)
}

/** The gallery of persons. Throws INTERFACE_NOT_SUPPORTED while nobody may be enrolled. */
export function enrolled({ gallery }: MayEnrol): EnrolledGallery {
  if (gallery) return gallery
  throw new FaceCompareError(
    'INTERFACE_NOT_SUPPORTED',
    'This service keeps no persons: whoever runs it can switch that on with FACECOMPARE_GALLERY=1.',
  )
}
