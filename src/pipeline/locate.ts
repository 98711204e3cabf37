import type { Box } from '../engine/face.js'
import { type Detection, type Detector, lookAt } from './detect.js'
import {
  firstScale,
  isTooSlender,
  type Keep,
  type Look,
  lookForHints,
  lookKeenly,
  type Search,
  TURNS,
  WELL_SEEN,
} from './looks.js'
import { chooseFace, fillsFrame, hasRoomForAnother, visibleArea } from './prominence.js'
import type { Pyramid } from './pyramid.js'
import { isSameBox, isSameFace, merge } from './same-face.js'
import { isLargest } from './suspects.js'
import { isTurned, LEANS, lookLeaning, lookTurned } from './turned-looks.js'
import type { Size } from './warp.js'

// The numbers of this file were chosen on DevTrain.

/** A look with a margin shows a face in so many of its longer sides: it is placed best so, and told best from one upside down. */
const MARGIN = 2
const MARGIN_INPUT = 192
/** So many faces are looked at closer before a picture counts as showing none. */
const MAX_CLOSER_LOOKS = 12

export interface Located extends Choice, Look {}

interface Choice {
  /** Best score first. */
  readonly faces: readonly Detection[]
  /** The most prominent one. */
  readonly chosen: Detection
}

export interface SearchOptions {
  /**
   * The longer side of the most prominent face, in pixels of the image, below which the first look ends the search: for small
   * versions of pictures, which are worth no more.
   */
  readonly leastSide?: number
  /** What is known to be no face, in pixels of the image. */
  readonly refused?: readonly Detection[]
}

/** The first of what {@link searchFaces} finds. */
export async function locateFaces(
  detector: Detector,
  pyramid: Pyramid,
  options?: SearchOptions,
): Promise<Located | undefined> {
  for await (const located of searchFaces(detector, pyramid, options)) return located
  return undefined
}

/**
 * Finds the faces of an image: by one or two looks those of a plain portrait, else from coarse to fine, until the most prominent one is well
 * seen: then no larger one is missed. Each level at which it may end looks at the picture upright and turned, because turned faces are
 * missed else.
 * Whoever asks for more says that what was chosen last is none: the search goes on without it, but not without what lies inside of its
 * box, where a person may stand before what was taken for a head. A strip that is very long and narrow shows none.
 */
export async function* searchFaces(
  detector: Detector,
  pyramid: Pyramid,
  { leastSide = 0, refused: known = [] }: SearchOptions = {},
): AsyncGenerator<Located> {
  const { image } = pyramid
  if (isTooSlender(image)) return
  const refused = [...known]
  const pick: Keep = (faces) => faces.filter((face) => !refused.some((other) => isSameBox(other, face)))
  const search = { detector, pyramid, pick }
  const refuse = ({ chosen, faces }: Choice): readonly Detection[] => {
    refused.push(chosen)
    return pick(faces)
  }
  const first = firstScale(detector, image)
  const seenFirst = await lookForHints(search, first)
  const { hints } = seenFirst
  let seen = seenFirst.faces
  if (leastSide > 0 && !isAtLeast(leastSide, chooseFace(seen, image))) return
  const plain = asPlain(seen, detector, image)
  if (plain && !fillsFrame(plain.chosen.box, image)) {
    yield { ...plain, hints }
    seen = refuse(plain)
  }
  const isSeen = isLargest(seen, pick(seenFirst.unsure), search)
  if (!isSeen) {
    // What fills the frame, or is not sure without a margin, is sure with one.
    seen = merge(seen, pick(await lookFromAfar(detector, pyramid, 0)))
    const fromAfar = asPlain(seen, detector, image)
    if (fromAfar) {
      yield { ...fromAfar, hints }
      seen = refuse(fromAfar)
    }
  }
  const last = Math.max(1, 2 * first)
  for (let scale = first; ; scale = Math.min(2 * scale, last)) {
    const upright = scale > first ? await lookKeenly(search, scale, 0) : seenFirst
    seen = merge(seen, pick(upright.faces))
    if (isNextEnough(chooseFace(seen, image), { image, scale, next: Math.min(2 * scale, last) })) continue
    const turned = await lookTurned(search, { faces: seen, unsure: upright.unsure }, scale)
    const confirmed = new Set<Detection>()
    let found = await confirm(search, turned.faces, confirmed)
    for (let isWhole = !turned.isAlone; ; isWhole = true) {
      while (found && (scale === last || isWellSeen(found.chosen, scale))) {
        yield { ...found, hints }
        found = await confirm(search, refuse(found), confirmed)
      }
      if (found || isWhole) break
      // What stood alone was none: the looks that were left out for it are taken.
      found = await confirm(search, await lookLeaning(search, pick(turned.faces), scale), confirmed)
    }
    if (scale === last) break
    seen = found?.faces ?? []
  }
  const fromAfar = await locateFromAfar(search, isSeen ? [0, ...TURNS] : TURNS)
  if (fromAfar) yield { ...fromAfar, hints }
}

interface Levels {
  readonly image: Size
  readonly scale: number
  readonly next: number
}

/**
 * Whether the next look must be taken anyway, for the most prominent face is seen well in that alone, and shows turned all that the
 * present one would: a larger face that lies would not be too large for it.
 */
function isNextEnough(chosen: Detection | undefined, { image, scale, next }: Levels): boolean {
  return chosen !== undefined && !isWellSeen(chosen, scale) && isWellSeen(chosen, next) && isTurned(image, next)
}

/**
 * The face as each of four closer looks shows it, the surest first, in which it most likely stands upright; none where none shows it.
 *
 * @param asSeen the first of them, turned as the face was seen, where it has been taken
 */
export async function rankTurns(
  detector: Detector,
  pyramid: Pyramid,
  face: Detection,
  asSeen = lookCloser(detector, pyramid, face, face.roll),
): Promise<readonly Detection[]> {
  const looks = [await asSeen]
  for (const turn of TURNS) looks.push(await lookCloser(detector, pyramid, face, face.roll + turn))
  return looks.filter((seen) => seen !== undefined).toSorted((p, q) => q.score - p.score)
}

function asPlain(faces: readonly Detection[], { kind }: Detector, image: Size): Choice | undefined {
  const chosen = chooseFace(faces, image)
  if (!chosen || chosen.score < kind.sureScore) return undefined
  return hasRoomForAnother(chosen.box, image) ? undefined : { faces, chosen }
}

/** Whether there is a face, and one whose longer side is so long. */
export function isAtLeast(side: number, face: Detection | undefined): boolean {
  return face !== undefined && Math.max(face.box.width, face.box.height) >= side
}

function isWellSeen({ box }: Detection, scale: number): boolean {
  return Math.min(box.width, box.height) * scale >= WELL_SEEN
}

async function locateFromAfar(search: Search, rolls: readonly number[]): Promise<Choice | undefined> {
  let seen: readonly Detection[] = []
  for (const roll of rolls) seen = merge(seen, search.pick(await lookFromAfar(search.detector, search.pyramid, roll)))
  return confirm(search, seen, new Set())
}

function lookFromAfar(detector: Detector, pyramid: Pyramid, roll: number): Promise<readonly Detection[]> {
  const { width, height } = pyramid.image
  return lookAround(detector, pyramid, { x: 0, y: 0, width, height }, roll)
}

/**
 * The faces whose most prominent one is seen in closer looks too, and as those show it. What they do not show is dropped, unless the
 * detector is sure of it: some clear portraits are seen at one size and not at another.
 *
 * @param confirmed those that closer looks showed before, which need none again; it grows
 */
async function confirm(
  { detector, pyramid, pick }: Search,
  seen: readonly Detection[],
  confirmed: Set<Detection>,
): Promise<Choice | undefined> {
  let faces = seen
  for (let tries = 0; tries < MAX_CLOSER_LOOKS; tries++) {
    const chosen = chooseFace(faces, pyramid.image)
    if (!chosen) return undefined
    if (confirmed.has(chosen)) return { faces: faces.toSorted((p, q) => q.score - p.score), chosen }
    const again = await lookAgain(detector, pyramid, chosen)
    const [shown] = again ? pick([again]) : []
    const isSure = chosen.score >= detector.kind.sureScore && visibleArea(chosen.box, pyramid.image) > 0
    const closer = shown ?? (isSure ? chosen : undefined)
    // What was chosen is large, and need not be the surest: a sure face inside of it is no part of it.
    const isCloser = (face: Detection) =>
      closer !== undefined && (closer.score >= face.score ? isSameFace : isSameBox)(closer, face)
    const others = faces.filter((face) => face !== chosen && !isCloser(face))
    faces = closer ? [closer, ...others] : others
    if (closer) confirmed.add(closer)
  }
  return undefined
}

/**
 * As it was seen where a closer look is sure of it so, else as the best of the four ways up shows it, or one that leans from how it was
 * seen where that alone is sure; undefined where none of the four shows it.
 */
export async function lookAgain(detector: Detector, pyramid: Pyramid, face: Detection): Promise<Detection | undefined> {
  const isSure = (seen: Detection | undefined) => seen !== undefined && seen.score >= detector.kind.sureScore
  const looking = lookCloser(detector, pyramid, face, face.roll)
  const asSeen = await looking
  if (isSure(asSeen)) return asSeen
  const [best] = await rankTurns(detector, pyramid, face, looking)
  if (!best || isSure(best)) return best
  for (const lean of LEANS) {
    const leaning = await lookCloser(detector, pyramid, face, face.roll + lean)
    if (isSure(leaning)) return leaning
  }
  return best
}

/** The face as a look at it alone, so far turned, shows it; `undefined` where that shows none. */
export async function lookCloser(
  detector: Detector,
  pyramid: Pyramid,
  { box }: Detection,
  roll: number,
): Promise<Detection | undefined> {
  const seen = await lookAround(detector, pyramid, box, roll)
  return seen.find((face) => isSameBox(face, { box }))
}

/** A square with a margin around a box, at a size of its own. */
function lookAround(detector: Detector, pyramid: Pyramid, box: Box, roll: number): Promise<readonly Detection[]> {
  const side = MARGIN * Math.max(box.width, box.height)
  const scale = (detector.inputSize ?? MARGIN_INPUT) / side
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  return lookAt(detector, pyramid, { x, y, width: side, height: side, scale, roll })
}
