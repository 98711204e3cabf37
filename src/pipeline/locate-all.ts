import { type Detection, type Detector, lookAt, type View } from './detect.js'
import { firstScale, givesHints, type Look, lookAtAll, lookForHints, QUARTER, type Search, TURNS } from './looks.js'
import type { Pyramid } from './pyramid.js'
import { isSameBox, isSameFace, merge } from './same-face.js'

// The numbers of this file were chosen on DevTrain.

/**
 * Where all faces are wanted, a look is at most so many times finer than the one before: faces of very different sizes are seen well in
 * one. With a detector that gives hints the last one is only twice as fine: what it would find is hinted at in the one before, and it
 * is of the hints alone.
 */
const LEVEL_OF_ALL = 4

/** A closer look at a hint shows so many of its longer sides, and at least so much, in pixels of its input. */
const HINT_MARGIN = 4
const LEAST_HINT_INPUT = 128
/** Looks at hints alone pay as long as they cover no more than this share of the picture. */
const MOST_HINTED = 0.5
/** Of a closer look what is in its middle counts, a share of its sides; a hint must lie so much more in it as a finer look may place it elsewhere. */
const TAKEN = 0.5
const COVERED = 0.25

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
  for (const scale of givesHints(detector) ? scalesBetween(first, last / 2) : scalesBelow(first, last)) {
    const look = await lookForHints(search, scale)
    hints = look.hints
    seen = merge(seen, look.faces)
    for (const roll of turns) seen = merge(seen, await lookAtAll(search, scale, roll))
  }
  const views =
    hints &&
    viewsOf(
      detector,
      hints.filter((hint) => isNew(hint, seen, detector)),
      last,
    )
  if (!views || areaOf(views) > MOST_HINTED * pyramid.image.width * pyramid.image.height) {
    return merge(seen, await lookAtAll(search, last, 0))
  }
  for (const view of views) {
    const faces = await lookAt(detector, pyramid, view)
    // What stands at the edge may be a part of a face.
    seen = merge(
      seen,
      faces.filter((face) => isAmid(face, view, TAKEN)),
    )
  }
  return seen
}

/** What is not seen already; what lies inside of a face is a part of it, if that surely is one. */
function isNew(hint: Detection, seen: readonly Detection[], { kind }: Detector): boolean {
  return !seen.some((face) => isSameBox(face, hint) || (face.score >= kind.sureScore && isSameFace(face, hint)))
}

/** A view of each hint, unless it is well amid that of another. */
function viewsOf({ inputSize }: Detector, hints: readonly Detection[], scale: number): readonly View[] {
  const views: View[] = []
  for (const hint of hints) {
    if (views.some((view) => isAmid(hint, view, COVERED))) continue
    const { x, y, width, height } = hint.box
    const side = Math.max(HINT_MARGIN * Math.max(width, height), (inputSize ?? LEAST_HINT_INPUT) / scale)
    views.push({ x: x + width / 2, y: y + height / 2, width: side, height: side, scale, roll: 0 })
  }
  return views
}

/** Whether the middle of a face is in this share of the view's sides around its middle. */
function isAmid({ box }: Detection, view: View, share: number): boolean {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  return 2 * Math.abs(x - view.x) <= share * view.width && 2 * Math.abs(y - view.y) <= share * view.height
}

function areaOf(views: readonly View[]): number {
  return views.reduce((sum, { width, height }) => sum + width * height, 0)
}

/** Each as many times finer than the one before as may be. */
function scalesBelow(first: number, last: number): readonly number[] {
  const scales: number[] = []
  for (let scale = LEVEL_OF_ALL * first; scale < last; scale *= LEVEL_OF_ALL) scales.push(scale)
  return scales
}

/** Even steps, as few as may be, to the last one. */
function scalesBetween(first: number, last: number): readonly number[] {
  const steps = Math.ceil(Math.log(last / first) / Math.log(LEVEL_OF_ALL))
  return Array.from({ length: steps }, (_, i) => first * (last / first) ** ((i + 1) / steps))
}
