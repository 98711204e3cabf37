import sharp, { type OverlayOptions } from 'sharp'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { findFaces } from '../../src/engine/find-faces.js'
import * as decode from '../../src/image/decode.js'
import type { DetectorKind } from '../../src/pipeline/detect.js'
import type { Recogniser } from '../../src/pipeline/recognise.js'
import { COLOURS, type ColourName, createColourRecogniser, GROUND } from '../support/colour-detector.js'

vi.mock('../../src/image/decode.js', async (load) => {
  const actual = await load<typeof decode>()
  return { ...actual, decodeRegion: vi.fn(actual.decodeRegion) }
})
beforeEach(() => {
  vi.mocked(decode.decodeRegion).mockClear()
})

type Row = readonly (readonly [name: ColourName, side: number])[]

interface Painting {
  /** At least. */
  readonly width?: number
  readonly height?: number
  /** Enlarges all. */
  readonly scale: number
  readonly format: 'png' | 'jpeg'
}

/** Squares in a row, from the left. */
async function paint(row: Row, { width = 500, height = 300, scale, format }: Painting) {
  const rgb = ([r, g, b]: readonly [number, number, number]) => ({ r, g, b })
  const layers: OverlayOptions[] = []
  let left = 10
  for (const [name, side] of row) {
    const square = { width: scale * side, height: scale * side, channels: 3, background: rgb(COLOURS[name]) } as const
    layers.push({ input: { create: square }, left: scale * left, top: scale * 10 })
    left += side + 10
  }
  const ground = {
    width: scale * Math.max(width, left),
    height: scale * height,
    channels: 3,
    background: rgb(GROUND),
  } as const
  const picture = sharp({ create: ground }).composite(layers)
  return new Uint8Array(await picture.toFormat(format, { quality: 95 }).toBuffer())
}

const NAMES = Object.keys(COLOURS) as ColourName[]

/** Squares that get smaller so fast that none is as prominent as the one before. */
const row = (largest: number, count: number): Row =>
  NAMES.slice(0, count).map((name, i) => [name, Math.round(largest * 0.83 ** i)])

interface Analysing {
  readonly hardly?: readonly ColourName[]
  readonly score?: number
  readonly measuresShown?: boolean
}

/** Analyses a picture of which one square alone is a person, by a clock that goes on by one whenever it is looked at. */
async function analyze(
  bytes: Uint8Array,
  names: readonly ColourName[],
  person?: ColourName,
  { hardly = [], score = 0.8, measuresShown = false }: Analysing = {},
) {
  const embedded: (ColourName | undefined)[] = []
  const recogniser = createColourRecogniser(Object.fromEntries(names.map((name) => [name, score])), {
    ...(person && { person }),
    hardly,
    embedded: (name) => embedded.push(name),
  })
  let now = 0
  const options = { which: 'largest', maxPixels: 40_000_000, measuresShown, nowMs: () => now++ } as const
  const finding = findFaces(bytes, recogniser, options).then(({ faces, ...picture }) => ({ ...picture, ...faces[0] }))
  const outcome = await finding.catch((error: unknown) => ({ error }))
  return { outcome, embedded }
}

describe('of candidates that are no faces', () => {
  it('the first ones are passed over, and what they took is counted', async () => {
    const bytes = await paint(row(150, 4), { scale: 1, format: 'png' })
    const names = NAMES.slice(0, 4)
    const { outcome, embedded } = await analyze(bytes, names, names[3])
    expect(embedded).toEqual(names)
    expect(outcome).toMatchObject({ faceCount: 1, stages: { alignMs: 4, embedMs: 4 } })
  })

  it('no more than eight are tried', async () => {
    const { outcome, embedded } = await analyze(await paint(row(150, 10), { scale: 1, format: 'png' }), NAMES)
    expect(embedded).toHaveLength(8)
    expect(outcome).toMatchObject({ error: { kind: 'FACE_NOT_DETECTED' } })
  })

  it('the first alone is cut out of the full-size picture, and then what passes for a face as it is', async () => {
    const names = NAMES.slice(0, 4)
    const bytes = await paint(row(34, 4), { scale: 6, format: 'png' })
    const { outcome, embedded } = await analyze(bytes, names, names[3])
    expect(decode.decodeRegion).toHaveBeenCalledTimes(2)
    expect(embedded).toEqual([...names, names[3]])
    expect(outcome).toMatchObject({ faceCount: 1 })
    const { box } = outcome as { box: { x: number; width: number } }
    const sides = row(34, 4).map(([, side]) => side)
    const left = sides.slice(0, 3).reduce((sum, side) => sum + side + 10, 10)
    expect(Math.abs(box.x - 6 * left)).toBeLessThan(4)
    expect(Math.abs(box.width - 6 * sides[3]!)).toBeLessThan(8)
  })

  it('one that a small version of a photograph shows is not tried again in the whole of it', async () => {
    // Large in bytes, too: else it is worth no draft.
    const bytes = await paint(row(300, 2), { scale: 8, format: 'jpeg' })
    const padded = new Uint8Array(Math.max(bytes.length, 70_000))
    padded.set(bytes)
    const { outcome, embedded } = await analyze(padded, ['red', 'green'], 'green')
    expect(embedded).toEqual(['red', 'green'])
    expect(outcome).toMatchObject({ faceCount: 1 })
  })
})

describe('of what is hardly a face', () => {
  /** Whose square is compared, of 150, 125, 103 and 86 pixels. */
  async function pick(person: ColourName | undefined, analysing: Analysing) {
    const names = NAMES.slice(0, 4)
    const { outcome } = await analyze(await paint(row(150, 4), { scale: 1, format: 'png' }), names, person, analysing)
    const { box } = outcome as { box: { width: number } }
    return names[row(150, 4).findIndex(([, side]) => Math.abs(side - box.width) < 4)]
  }

  it('a face is compared instead, though it is smaller and comes later', async () => {
    expect(await pick('yellow', { hardly: ['red', 'blue'] })).toBe('yellow')
  })

  it('the largest is compared where there is nothing better', async () => {
    expect(await pick(undefined, { hardly: ['green', 'yellow'] })).toBe('green')
  })

  it('what the detector is sure of does not stand back', async () => {
    expect(await pick('yellow', { hardly: ['red'], score: 0.95 })).toBe('red')
  })
})

describe('where all faces are wanted', () => {
  /** Sees upright pictures alone, and hints: what was seen in the first look of a small picture is not looked for again. */
  function seeUpright(recogniser: Recogniser): Recogniser {
    const { kind } = recogniser.detector
    const decode: DetectorKind['decode'] = (outputs, input, minScore) =>
      input.height > input.width ? [] : kind.decode(outputs, input, minScore)
    return {
      ...recogniser,
      detector: { ...recogniser.detector, kind: { ...kind, decode, hintScore: 0.1, seesUpsideDown: true } },
    }
  }

  it('what is hardly a face is among them, though another is the first', async () => {
    const squares: Row = [
      ['red', 70],
      ['green', 60],
      ['blue', 50],
    ]
    const bytes = await paint(squares, { width: 250, height: 90, scale: 1, format: 'png' })
    const colours = createColourRecogniser(
      { red: 0.8, green: 0.8, blue: 0.8 },
      { person: 'blue', hardly: ['red', 'green'], embedded: () => {} },
    )
    const options = { which: 'all', maxPixels: 1e6, measuresShown: false, nowMs: () => 0 } as const
    const { faces } = await findFaces(bytes, seeUpright(colours), options)
    expect(faces.map(({ box }) => Math.round(box.width / 10))).toEqual([5, 7, 6])
  })
})

/** Takes each patch of blue for a face of its own, where patches stand in rows and columns. */
function seeManyBlue({ detector, ...recogniser }: Recogniser): Recogniser {
  const { kind } = detector
  const decode: DetectorKind['decode'] = (outputs, input, minScore) => {
    const { data } = outputs.get('pixels')!
    const area = input.width * input.height
    const isBlue = (x: number, y: number) => {
      const at = y * input.width + x
      return data[at]! < 60 && data[area + at]! < 60 && data[2 * area + at]! > 195
    }
    const columns = runsOf(input.width, (x) => any(input.height, (y) => isBlue(x, y)))
    const rows = runsOf(input.height, (y) => any(input.width, (x) => isBlue(x, y)))
    const patches = rows.flatMap(([y, height]) => columns.map(([x, width]) => ({ x, y, width, height })))
    const seen = patches.filter(({ x, y, width, height }) => isBlue(x + (width >> 1), y + (height >> 1)))
    return [...kind.decode(outputs, input, minScore), ...seen.map((box) => ({ score: 0.8, box }))]
  }
  return { ...recogniser, detector: { ...detector, kind: { ...kind, decode } } }
}

const any = (count: number, holds: (i: number) => boolean) => Array.from({ length: count }, (_, i) => i).some(holds)

/** Where each run of numbers begins for which it holds, and how long it is. */
function runsOf(count: number, holds: (i: number) => boolean): readonly [start: number, length: number][] {
  const runs: [number, number][] = []
  let before = false
  for (let i = 0; i < count; i++) {
    const now = holds(i)
    const last = runs.at(-1)
    if (now && before && last) last[1]++
    else if (now) runs.push([i, 1])
    before = now
  }
  return runs
}

it('gives up on a picture full of what is no face, after the thirtieth', async () => {
  const patch = { create: { width: 20, height: 20, channels: 3, background: { r: 0, g: 0, b: 255 } } } as const
  const patches = Array.from({ length: 48 }, (_, i) => ({
    input: patch,
    left: 10 + 40 * (i % 12),
    top: 140 + 40 * Math.floor(i / 12),
  }))
  const picture = sharp(await paint([['red', 100]], { scale: 1, format: 'png' })).composite(patches)
  const embedded: (ColourName | undefined)[] = []
  const colours = createColourRecogniser({ red: 0.95 }, { person: 'red', embedded: (name) => embedded.push(name) })
  const options = { which: 'all', maxPixels: 1e6, measuresShown: false, nowMs: () => 0 } as const
  const bytes = new Uint8Array(await picture.png().toBuffer())
  const { faces } = await findFaces(bytes, seeManyBlue(colours), options)
  expect(faces).toHaveLength(1)
  // Each is tried twice: as it was seen, and as it is seen closer.
  const { length } = embedded.filter((name) => name === 'blue')
  expect(length).toBeGreaterThan(50)
  expect(length).toBeLessThanOrEqual(60)
})

it('measures how a face is shown where that is asked for, and not else', async () => {
  const bytes = await paint([['red', 100]], { scale: 1, format: 'png' })
  expect((await analyze(bytes, ['red'], 'red', { measuresShown: true })).outcome).toMatchObject({ shown: { burnt: 0 } })
  expect((await analyze(bytes, ['red'], 'red')).outcome).toMatchObject({ shown: undefined })
})
