import { FaceCompareError } from '../../errors.js'
import type { EnrolledGallery, WireContext } from './context.js'

/** Throws INTERFACE_NOT_SUPPORTED while nobody may be enrolled. */
export function refuseUnenrolled(context: WireContext): void {
  enrolled(context)
}

/** The gallery of persons. Throws INTERFACE_NOT_SUPPORTED while nobody may be enrolled. */
export function enrolled({ gallery }: Pick<WireContext, 'gallery'>): EnrolledGallery {
  if (gallery) return gallery
  throw new FaceCompareError(
    'INTERFACE_NOT_SUPPORTED',
    'This service keeps no persons: whoever runs it can switch that on with FACECOMPARE_GALLERY=1.',
  )
}
