import type { FaceCounts } from './gallery.js'

/** What an operator should know of faces that are not searched; undefined where there are none. */
export function describeOtherPacks({ all, ofOtherPacks }: FaceCounts): string | undefined {
  if (ofOtherPacks === 0) return undefined
  return (
    `${ofOtherPacks} of ${all} enrolled faces were made by another model pack and are not compared with any: ` +
    'make them anew from their pictures with "facecompare gallery reembed FOLDER", or go back to that pack.'
  )
}
