import type { Detection, Detector } from './detect.js'
import { type KeenLook, type Look, lookAtAll, lookKeenly, QUARTER, type Search, TURNS } from './looks.js'
import { complete, merge } from './same-face.js'
import { isAlone } from './suspects.js'
import type { Size } from './warp.js'

// The numbers of this file were chosen on DevTrain.

/** A coarse look misses one in forty of the faces that lean as far as this from it. */
export const LEANS = [QUARTER / 2, -QUARTER / 2]
/** Finer looks than this, in pixels of the input, are turned no more: they are dear, and there upright ones see most faces. */
const MOST_TURNED_PIXELS = 600_000

/** Whether an image is also looked at turned at this scale, in pixels of the input for one of the image. */
export function isTurned({ width, height }: Size, scale: number): boolean {
  return width * height * scale * scale <= MOST_TURNED_PIXELS
}

export interface TurnedLooks extends Pick<Look, 'faces'> {
  /** Whether they show one face, and beside it nothing that could be another: looks that lean, which are dear, were left out. */
  readonly isAlone: boolean
}

/** What was seen, and what is seen besides when the picture is turned. */
export async function lookTurned(search: Search, { faces, unsure }: KeenLook, scale: number): Promise<TurnedLooks> {
  if (!isTurned(search.pyramid.image, scale)) return { faces, isAlone: false }
  let all = faces
  const suspects = [...unsure]
  for (const roll of TURNS) {
    const turned = await lookKeenly(search, scale, roll)
    all = merge(all, turned.faces)
    suspects.push(...turned.unsure)
  }
  if (isAlone(all, suspects, search.detector)) return { faces: all, isAlone: true }
  return { faces: await lookLeaning(search, all, scale), isAlone: false }
}

/** What was seen, and what is seen besides in looks between the quarters. */
export async function lookLeaning(
  search: Search,
  seen: readonly Detection[],
  scale: number,
): Promise<readonly Detection[]> {
  let all = seen
  for (const roll of leansOf(search.detector)) all = complete(all, await lookAtAll(search, scale, roll))
  return all
}

/** A network of one size would have to look at a leaning picture in four parts. */
function leansOf({ inputSize }: Detector): readonly number[] {
  return inputSize === undefined ? LEANS : []
}
