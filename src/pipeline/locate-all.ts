import { type Detection, type Detector, lookAt, type View } from './detect.js'
import { firstScale, type Look, lookAtAll, lookForHints, QUARTER, type Search, TURNS } from './looks.js'
import type { Pyramid } from './pyramid.js'
import { isSameFace, merge } from './same-face.js'

// The numbers of this file were chosen on DevTrain.

/**
 * Where all faces are wanted, a look is at most so many times finer than the one before: faces of very different sizes are seen well in
 * one. But the last one is only twice as fine: what it would find is hinted at in the one before, and it is of the hints alone.
 */
const LEVEL_OF_ALL = 4

/** A closer look at a hint shows so many of its longer sides, and at least so much, in pixels of its input. */
const HINT_MARGIN = 4
const LEAST_HINT_INPUT = 128
/** Looks at hints alone pay as long as they cover no more than this share of the picture. */
const MOST_HINTED = 0.5

/**
 * All faces of an image, in no order. None has been looked at closer: some are no faces, and a face that leans may have a box that is too
 * large. The finest looks, which would take most of the time, are not turned: what they alone show of turned faces is lost.
 *
 * @param known what `searchFaces` found in this image, with the hints of its first look, which need not be taken again
 */
export async function searchAllFaces(
  detector: Detector,
  pyramid: Pyramid,
  known?: Look,
): Promise<readonly Detection[]> {
  const search: Search = { detector, pyramid, pick: (faces) => faces }
  const first = firstScale(detector, pyramid.image)
  const last = Math.max(1, 2 * first)
  // A face that lies the other way stands on its head in the one turned look.
  const turns = detector.kind.seesUpsideDown ? [QUARTER] : TURNS
  let { faces: seen, hints } = known ?? (await lookForHints(search, first))
  for (const roll of turns) seen = merge(seen, await lookAtAll(search, first, roll))
  for (const scale of scalesBetween(first, last / 2)) {
    const look = await lookForHints(search, scale)
    hints = look.hints
    seen = merge(seen, look.faces)
    for (const roll of turns) seen = merge(seen, await lookAtAll(search, scale, roll))
  }
  const isNew = (hint: Detection) => !seen.some((face) => isSameFace(face, hint))
  const views = hints && viewsOf(hints.filter(isNew), last)
  if (!views || areaOf(views) > MOST_HINTED * pyramid.image.width * pyramid.image.height) {
    return merge(seen, await lookAtAll(search, last, 0))
  }
  for (const view of views) {
    const faces = await lookAt(detector, pyramid, view)
    // What stands at the edge may be a part of a face.
    seen = merge(
      seen,
      faces.filter((face) => isAmid(face, view)),
    )
  }
  return seen
}

/** A view of each hint, unless it is amid that of another. */
function viewsOf(hints: readonly Detection[], scale: number): readonly View[] {
  const views: View[] = []
  for (const hint of hints) {
    if (views.some((view) => isAmid(hint, view))) continue
    const { x, y, width, height } = hint.box
    const side = Math.max(HINT_MARGIN * Math.max(width, height), LEAST_HINT_INPUT / scale)
    views.push({ x: x + width / 2, y: y + height / 2, width: side, height: side, scale, roll: 0 })
  }
  return views
}

/** Whether the middle of a face is in that half of the view's sides that is in its middle. */
function isAmid({ box }: Detection, view: View): boolean {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  return Math.abs(x - view.x) <= view.width / 4 && Math.abs(y - view.y) <= view.height / 4
}

function areaOf(views: readonly View[]): number {
  return views.reduce((sum, { width, height }) => sum + width * height, 0)
}

/** Even steps, as few as may be, to the last one. */
function scalesBetween(first: number, last: number): readonly number[] {
  const steps = Math.ceil(Math.log(last / first) / Math.log(LEVEL_OF_ALL))
  return Array.from({ length: steps }, (_, i) => first * (last / first) ** ((i + 1) / steps))
}
