import type { Box } from '../engine/face.js'
import { type Detection, type Detector, lookAt, type View } from './detect.js'
import { chooseFace, hasRoomForAnother, visibleArea } from './prominence.js'
import type { Pyramid } from './pyramid.js'
import { complete, isSameBox, isSameFace, merge } from './same-face.js'
import type { Size } from './warp.js'

// The numbers of this file were chosen on DevTrain.

/** The longer side of the first look, in pixels of the detector's input. */
const FIRST_SIDE = 128
/** A picture longer than this many times its shorter side is looked at finer, so that its faces do not vanish. */
const LONGEST = 3
/** A face that is this wide in a look, in pixels of its input, is not missed by it, nor are larger ones. */
const WELL_SEEN = 20
/** What is larger in a look than this is seen or is no face: a finer look says nothing new of it. */
const LARGEST_HINT = 1.5 * WELL_SEEN

const QUARTER = Math.PI / 2
const TURNS = [QUARTER, -QUARTER, Math.PI]
/** A coarse look misses one in forty of the faces that lean as far as this from it. */
const LEANS = [QUARTER / 2, -QUARTER / 2]
/** Finer looks than this, in pixels of the input, are turned no more: they are dear, and there upright ones see most faces. */
const MOST_TURNED_PIXELS = 600_000

/**
 * Where all faces are wanted, a look is at most so many times finer than the one before: faces of very different sizes are seen well in
 * one. But the last one is only twice as fine: what it would find is hinted at in the one before, and without a hint it is not taken.
 */
const LEVEL_OF_ALL = 4

/** A look with a margin shows a face in so many of its longer sides: it is placed best so, and told best from one upside down. */
const MARGIN = 2
const MARGIN_INPUT = 192
/** A face fills the frame from this share of its width or height on. */
const FILLED = 0.9

/** So many faces are looked at closer before a picture counts as showing none. */
const MAX_CLOSER_LOOKS = 12

/** A longer side of the input than this, in pixels, would take a run hundreds of megabytes: there is more than one look. */
const MOST_SIDE = 512
/** Parts of a picture that are looked at one by one overlap by this share, so that no small face is cut in two. */
const TILE_OVERLAP = 0.1

/** What a look at all of an image shows. */
export interface Look {
  readonly faces: readonly Detection[]
  /** What may be faces that are too small for it; `undefined` where the detector gives no hints. */
  readonly hints: readonly Detection[] | undefined
}

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

interface Search {
  readonly detector: Detector
  readonly pyramid: Pyramid
  readonly pick: Pick
}

/** Leaves out what was refused. */
type Pick = (faces: readonly Detection[]) => readonly Detection[]

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
 * seen: then no larger one is missed. Each level looks at the picture upright and turned, because turned faces are missed else.
 * Whoever asks for more says that what was chosen last is none: the search goes on without it, but not without what lies inside of its
 * box, where a person may stand before what was taken for a head.
 */
export async function* searchFaces(
  detector: Detector,
  pyramid: Pyramid,
  { leastSide = 0, refused: known = [] }: SearchOptions = {},
): AsyncGenerator<Located> {
  const { image } = pyramid
  const refused = [...known]
  const pick: Pick = (faces) => faces.filter((face) => !refused.some((other) => isSameBox(other, face)))
  const search = { detector, pyramid, pick }
  const refuse = ({ chosen, faces }: Choice): readonly Detection[] => {
    refused.push(chosen)
    return pick(faces)
  }
  const first = firstScale(detector, image)
  const look = (scale: number, roll: number) => lookAtAll(search, scale, roll)
  const { faces: seenFirst, hints } = await lookForHints(search, first)
  let seen = seenFirst
  if (leastSide > 0 && !isAtLeast(leastSide, chooseFace(seen, image))) return
  const plain = asPlain(seen, detector, image)
  if (plain && !fillsFrame(plain.chosen.box, image)) {
    yield { ...plain, hints }
    seen = refuse(plain)
  }
  // What fills the frame, or is not sure without a margin, is sure with one.
  seen = merge(seen, pick(await lookFromAfar(detector, pyramid, 0)))
  const fromAfar = asPlain(seen, detector, image)
  if (fromAfar) {
    yield { ...fromAfar, hints }
    seen = refuse(fromAfar)
  }
  const last = Math.max(1, 2 * first)
  for (let scale = first; ; scale = Math.min(2 * scale, last)) {
    if (scale > first) seen = merge(seen, await look(scale, 0))
    seen = await lookTurned(search, seen, scale)
    const confirmed = new Set<Detection>()
    let found = await confirm(search, seen, confirmed)
    while (found && (scale === last || isWellSeen(found.chosen, scale))) {
      yield { ...found, hints }
      found = await confirm(search, refuse(found), confirmed)
    }
    if (scale === last) break
    seen = found?.faces ?? []
  }
  const turned = await locateTurnedFromAfar(search)
  if (turned) yield { ...turned, hints }
}

/**
 * All faces of an image, in no order. None has been looked at closer: some are no faces, and a face that leans may have a box that is too
 * large. The finest look, which takes most of the time, is not turned: what it alone shows of turned faces is lost.
 *
 * @param known what {@link searchFaces} found in this image, with the hints of its first look, which need not be taken again
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
  return hints?.some(isNew) === false ? seen : merge(seen, await lookAtAll(search, last, 0))
}

/** Even steps, as few as may be, to the last one. */
function scalesBetween(first: number, last: number): readonly number[] {
  const steps = Math.ceil(Math.log(last / first) / Math.log(LEVEL_OF_ALL))
  return Array.from({ length: steps }, (_, i) => first * (last / first) ** ((i + 1) / steps))
}

/** An upright look at all of the image. */
async function lookForHints(search: Search, scale: number): Promise<Look> {
  const { detector } = search
  const { minScore } = detector
  const { hintScore = minScore } = detector.kind
  if (hintScore >= minScore) return { faces: await lookAtAll(search, scale, 0), hints: undefined }
  const all = await lookAtAll({ ...search, detector: { ...detector, minScore: hintScore } }, scale, 0)
  const isHint = ({ score, box }: Detection) =>
    score < minScore && Math.max(box.width, box.height) * scale <= LARGEST_HINT
  return { faces: all.filter(({ score }) => score >= minScore), hints: all.filter(isHint) }
}

/** What was seen, and what is seen besides when the picture is turned. */
async function lookTurned(search: Search, seen: readonly Detection[], scale: number): Promise<readonly Detection[]> {
  const { width, height } = search.pyramid.image
  if (width * height * scale * scale > MOST_TURNED_PIXELS) return seen
  let all = seen
  for (const roll of TURNS) all = merge(all, await lookAtAll(search, scale, roll))
  for (const roll of leansOf(search.detector)) all = complete(all, await lookAtAll(search, scale, roll))
  return all
}

/** The face as each of four closer looks shows it, the surest first, in which it most likely stands upright; none where none shows it. */
export async function rankTurns(detector: Detector, pyramid: Pyramid, face: Detection): Promise<readonly Detection[]> {
  const looks: Detection[] = []
  for (const turn of [0, ...TURNS]) {
    const seen = await lookCloser(detector, pyramid, face, face.roll + turn)
    if (seen) looks.push(seen)
  }
  return looks.toSorted((p, q) => q.score - p.score)
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

function fillsFrame({ width, height }: Detection['box'], image: Size): boolean {
  return width >= FILLED * image.width || height >= FILLED * image.height
}

function isWellSeen({ box }: Detection, scale: number): boolean {
  return Math.min(box.width, box.height) * scale >= WELL_SEEN
}

function firstScale({ inputSize = FIRST_SIDE }: Detector, { width, height }: Size): number {
  return inputSize / Math.min(Math.max(width, height), LONGEST * Math.min(width, height))
}

/** A network of one size would have to look at a leaning picture in four parts. */
function leansOf({ inputSize }: Detector): readonly number[] {
  return inputSize === undefined ? LEANS : []
}

/**
 * All of the image, in several parts where the detector cannot see it at once. What was refused is left out before the faces of the
 * parts are put together: else it would take those inside of it with it.
 */
async function lookAtAll(
  { detector, pyramid, pick }: Search,
  scale: number,
  roll: number,
): Promise<readonly Detection[]> {
  const { width, height } = pyramid.image
  const [c, s] = [Math.abs(Math.cos(roll)), Math.abs(Math.sin(roll))]
  const longest = (detector.inputSize ?? MOST_SIDE) / scale / (c + s)
  let faces: readonly Detection[] = []
  for (const x of spread(width, longest)) {
    for (const y of spread(height, longest)) {
      const [w, h] = [Math.min(width, longest), Math.min(height, longest)]
      const view: View = { x, y, width: c * w + s * h, height: s * w + c * h, scale, roll }
      faces = merge(faces, pick(await lookAt(detector, pyramid, view)))
    }
  }
  return faces
}

/** The centres of the parts, none longer than `most`, that cover a length. */
function spread(length: number, most: number): readonly number[] {
  if (length <= most * (1 + 1e-6)) return [length / 2]
  const count = Math.ceil((length - most) / ((1 - TILE_OVERLAP) * most)) + 1
  return Array.from({ length: count }, (_, i) => most / 2 + (i * (length - most)) / (count - 1))
}

async function locateTurnedFromAfar(search: Search): Promise<Choice | undefined> {
  let seen: readonly Detection[] = []
  for (const roll of TURNS) seen = merge(seen, search.pick(await lookFromAfar(search.detector, search.pyramid, roll)))
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
    const looks = pick((await rankTurns(detector, pyramid, chosen)).slice(0, 1))
    const isSure = chosen.score >= detector.kind.sureScore && visibleArea(chosen.box, pyramid.image) > 0
    const closer = looks[0] ?? (isSure ? chosen : undefined)
    // What was chosen is large, and need not be the surest: a sure face inside of it is no part of it.
    const isCloser = (face: Detection) =>
      closer !== undefined && (closer.score >= face.score ? isSameFace : isSameBox)(closer, face)
    const others = faces.filter((face) => face !== chosen && !isCloser(face))
    faces = closer ? [closer, ...others] : others
    if (closer) confirmed.add(closer)
  }
  return undefined
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
