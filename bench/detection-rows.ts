/** What the benchmark of detection measures of each kind of picture. */
import { readFile } from 'node:fs/promises'
import type { FaceEngine } from '../src/engine/engine.js'
import type { Box, FacesInPicture } from '../src/engine/face.js'
import { FaceCompareError } from '../src/errors.js'
import { squareOf } from '../support/face-square.js'
import { createProgress } from '../support/progress.js'
import { seeded } from '../support/random.js'
import { type Alter, KINDS, NO_FACE, type SeenPortrait } from './alter-pictures.js'
import {
  type Composed,
  drawSign,
  gatherCrowd,
  layMosaic,
  type Portrait,
  paintCanvas,
  placeOnCanvas,
  standTogether,
} from './compose-pictures.js'

/** What is measured: an engine, as far as it matters here. */
export interface Subject<F extends SeenFace> {
  readonly analyze: (bytes: Uint8Array) => Promise<F>
  readonly compare: (a: F, b: F) => { readonly similarity: number }
}

interface SeenFace extends Omit<SeenPortrait, 'box'> {
  readonly landmarks: Float32Array
  readonly faceCount: number
  readonly stages: { readonly detectMs: number; readonly decodeMs: number }
}

/** One kind of picture; numbers that make no sense for it are missing. Shares are 0..1. */
export interface Row {
  readonly kind: string
  readonly recall?: number
  readonly scoreAtLeast90?: number
  readonly medianScore?: number
  /** Median over the pictures in which a face is found. */
  readonly detectMs?: number
  readonly decodeMs?: number
  /** Where there is no labelled face: share of the pictures in which one is seen, often that of another person. */
  readonly falseFaces?: number
  /** Share of the pictures with as many faces as there are. */
  readonly countRight?: number
  /** Faces that are counted, and those that are counted beyond what there is, both for each that is there. */
  readonly counted?: number
  readonly countedTooOften?: number
  /** Share of pairs of strangers, both on such pictures and on plain ones, that score 70 and more. */
  readonly strangersAlike?: number
  readonly plainStrangersAlike?: number
  /** Where all faces are asked for: of those that are there, the share that is found, also of the turned ones alone. */
  readonly found?: number
  readonly turnedFound?: number
  /** Median over the pictures, in milliseconds. */
  readonly totalMs?: number
}

const SEED = 12345

export async function* measureAltered<F extends SeenFace>(
  engine: Subject<F>,
  files: readonly string[],
  only: string,
): AsyncGenerator<Row> {
  for (const [kind, alter] of Object.entries(KINDS)) {
    if (kind.includes(only)) yield await measureKind(engine, files, kind, alter)
  }
}

async function measureKind<F extends SeenFace>(
  engine: Subject<F>,
  files: readonly string[],
  kind: string,
  alter: Alter,
): Promise<Row> {
  const random = seeded(SEED)
  const progress = createProgress(kind, files.length)
  const tally = new Tally(engine)
  for (const file of files) {
    const picture = await readFile(file)
    const original = await engine.analyze(picture)
    const altered = await alter(picture, { ...original, box: squareOf(original) }, random)
    await tally.add(altered.bytes, altered.box, original)
    progress.advance()
  }
  return kind === NO_FACE ? { kind, falseFaces: tally.seenShare } : { kind, ...tally.figures }
}

/** People side by side, so many pictures as there are files. */
export async function* measureGroups<F extends SeenFace>(
  engine: Subject<F>,
  files: readonly string[],
  only: string,
): AsyncGenerator<Row> {
  for (const people of [2, 3]) {
    const kind = `${people} people, one larger, some turned`
    if (!kind.includes(only)) continue
    const portraits = await findPortraits(engine, files)
    const random = seeded(SEED)
    const tally = new Tally(engine)
    let right = 0
    for (const [i, first] of portraits.entries()) {
      const group = Array.from({ length: people }, (_, k) => portraits[(i + 37 * k) % portraits.length]!)
      const { bytes, box, faces } = await standTogether(group, random)
      const seen = await tally.add(bytes, box, first.face)
      if (seen?.faceCount === faces) right++
    }
    yield { kind, ...tally.figures, countRight: right / portraits.length }
  }
}

export async function* measureMosaics<F extends SeenFace>(
  engine: Subject<F>,
  files: readonly string[],
  only: string,
): AsyncGenerator<Row> {
  for (const across of [2, 3, 4, 5]) {
    const kind = `mosaic ${across} x ${across}`
    if (!kind.includes(only)) continue
    const portraits = await findPortraits(engine, files)
    const size = across * across
    const sum = { faces: 0, counted: 0, tooOften: 0 }
    for (let start = 0; start + size <= portraits.length; start += size) {
      const { bytes, faces } = await layMosaic(portraits.slice(start, start + size), across)
      const count = (await analyzeOrNot(engine, bytes))?.faceCount ?? 0
      sum.faces += faces
      sum.counted += Math.min(count, faces)
      sum.tooOften += Math.max(0, count - faces)
    }
    yield { kind, counted: sum.counted / sum.faces, countedTooOften: sum.tooOften / sum.faces }
  }
}

/** Of so many people; the pictures are as many as there are files, divided by five. */
const CROWD_PEOPLE = 12

/** All faces of a crowd, of 24 to 180 pixels. */
export async function* measureCrowds<F extends SeenFace>(
  engine: Subject<F> & Pick<FaceEngine, 'findFaces'>,
  files: readonly string[],
  only: string,
): AsyncGenerator<Row> {
  const kind = `all faces of a crowd of ${CROWD_PEOPLE}`
  if (!kind.includes(only)) return
  const portraits = await findPortraits(engine, files)
  const random = seeded(SEED)
  const canvas = await paintCanvas(1600, 1200, random)
  const sum = { faces: 0, found: 0, turned: 0, turnedFound: 0, beyond: 0 }
  const totalMs: number[] = []
  for (let i = 0; i < portraits.length; i += 5) {
    const people = Array.from({ length: CROWD_PEOPLE }, (_, k) => portraits[(i + 17 * k) % portraits.length]!)
    const crowd = await gatherCrowd(canvas, people, random)
    const startMs = performance.now()
    const seen = await findAllOrNone(engine, crowd.bytes)
    totalMs.push(performance.now() - startMs)
    const found = crowd.faces.filter(({ box }) => seen.some((face) => isAt(squareOf(face), box)))
    const turned = crowd.faces.filter(({ isTurned }) => isTurned)
    sum.faces += crowd.faces.length
    sum.found += found.length
    sum.turned += turned.length
    sum.turnedFound += turned.filter((face) => found.includes(face)).length
    sum.beyond += seen.filter((face) => !crowd.faces.some(({ box }) => isAt(squareOf(face), box))).length
  }
  yield {
    kind,
    found: sum.found / sum.faces,
    turnedFound: sum.turnedFound / sum.turned,
    countedTooOften: sum.beyond / sum.faces,
    totalMs: median(totalMs),
  }
}

const CANVASES = [
  [4000, 3000],
  [7700, 5100],
  [12_000, 600],
  [600, 20_000],
] as const
const CANVAS_FACE = 100

export async function* measureCanvases<F extends SeenFace>(
  engine: Subject<F>,
  files: readonly string[],
  only: string,
): AsyncGenerator<Row> {
  for (const [width, height] of CANVASES) {
    const kind = `face of ${CANVAS_FACE} px on ${width} x ${height}`
    if (!kind.includes(only)) continue
    const random = seeded(SEED)
    const portraits = await findPortraits(engine, files)
    const tally = new Tally(engine)
    const seen: { readonly plain: F; readonly face: F }[] = []
    let canvas = await paintCanvas(width, height, random)
    for (const [i, portrait] of portraits.entries()) {
      if (i % 20 === 19) canvas = await paintCanvas(width, height, random)
      const { bytes, box } = await placeOnCanvas(canvas, portrait, CANVAS_FACE, random)
      const face = await tally.add(bytes, box, portrait.face)
      if (face) seen.push({ plain: portrait.face, face })
    }
    const alike = (pick: (pair: (typeof seen)[number]) => F) => shareAlike(engine, seen.map(pick))
    yield {
      kind,
      ...tally.figures,
      strangersAlike: alike(({ face }) => face),
      plainStrangersAlike: alike(({ plain }) => plain),
    }
  }
}

export async function* measureSigns<F extends SeenFace>(
  engine: Subject<F>,
  files: readonly string[],
  only: string,
): AsyncGenerator<Row> {
  const kind = 'words, smileys, signs'
  if (!kind.includes(only)) return
  const random = seeded(SEED)
  let seen = 0
  for (const _ of files) if (await analyzeOrNot(engine, await drawSign(random))) seen++
  yield { kind, falseFaces: seen / files.length }
}

/** Of two strangers each, the share that the lowest promise is broken for. */
function shareAlike<F extends SeenFace>(engine: Subject<F>, faces: readonly F[]): number {
  let pairs = 0
  let alike = 0
  for (const [i, a] of faces.entries()) {
    for (const b of faces.slice(i + 1)) {
      pairs++
      if (engine.compare(a, b).similarity >= 70) alike++
    }
  }
  return alike / pairs
}

interface KnownPortrait<F> extends Portrait {
  readonly face: F
}

/** Those that show one person alone. */
async function findPortraits<F extends SeenFace>(
  engine: Subject<F>,
  files: readonly string[],
): Promise<readonly KnownPortrait<F>[]> {
  const portraits: KnownPortrait<F>[] = []
  for (const file of files) {
    const bytes = await readFile(file)
    const face = await engine.analyze(bytes)
    if (face.faceCount === 1) portraits.push({ bytes, box: squareOf(face), face })
  }
  return portraits
}

/** Counts what is found of pictures of one kind. */
class Tally<F extends SeenFace> {
  readonly #engine: Subject<F>
  readonly #scores: number[] = []
  readonly #detectMs: number[] = []
  readonly #decodeMs: number[] = []
  #pictures = 0
  #seen = 0

  constructor(engine: Subject<F>) {
    this.#engine = engine
  }

  async add(bytes: Uint8Array, box: Composed['box'], original: F): Promise<F | undefined> {
    this.#pictures++
    const face = await analyzeOrNot(this.#engine, bytes)
    if (!face) return undefined
    this.#seen++
    this.#detectMs.push(face.stages.detectMs)
    this.#decodeMs.push(face.stages.decodeMs)
    if (!isAt(squareOf(face), box)) return face
    this.#scores.push(this.#engine.compare(original, face).similarity)
    return face
  }

  get seenShare(): number {
    return this.#seen / this.#pictures
  }

  get figures() {
    return {
      recall: this.#scores.length / this.#pictures,
      scoreAtLeast90: this.#scores.filter((score) => score >= 90).length / this.#pictures,
      medianScore: median(this.#scores),
      detectMs: median(this.#detectMs),
      decodeMs: median(this.#decodeMs),
    }
  }
}

async function analyzeOrNot<F extends SeenFace>(engine: Subject<F>, bytes: Uint8Array): Promise<F | undefined> {
  try {
    return await engine.analyze(bytes)
  } catch (error) {
    if (error instanceof FaceCompareError && error.kind === 'FACE_NOT_DETECTED') return undefined
    throw error
  }
}

async function findAllOrNone(
  engine: Pick<FaceEngine, 'findFaces'>,
  bytes: Uint8Array,
): Promise<FacesInPicture['faces']> {
  try {
    return (await engine.findFaces(bytes, { which: 'all', attributes: false, templates: false })).faces
  } catch (error) {
    if (error instanceof FaceCompareError && error.kind === 'FACE_NOT_DETECTED') return []
    throw error
  }
}

function isAt(seen: Box, expected: Box): boolean {
  const side = expected.width
  const dx = seen.x + seen.width / 2 - (expected.x + expected.width / 2)
  const dy = seen.y + seen.height / 2 - (expected.y + expected.height / 2)
  const ratio = seen.width / side
  return Math.hypot(dx, dy) < side / 3 && ratio < 1.6 && ratio > 1 / 1.6
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((p, q) => p - q)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
