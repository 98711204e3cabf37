import { describe, expect, it } from 'vitest'
import type { Box } from '../../src/engine/face.js'
import type { Detection, Detector } from '../../src/pipeline/detect.js'
import { type Located, type SearchOptions, searchFaces } from '../../src/pipeline/locate.js'
import { searchAllFaces } from '../../src/pipeline/locate-all.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import type { Size } from '../../src/pipeline/warp.js'
import { COLOURS, type ColourName, createColourDetector, GROUND } from '../support/colour-detector.js'

interface Square {
  readonly name: ColourName
  readonly x: number
  readonly y: number
  readonly side: number
}

const [WIDTH, HEIGHT] = [600, 400]

/** Squares on grey, the later ones over the earlier ones. */
function paint(squares: readonly Square[]): Pyramid {
  const data = Buffer.alloc(3 * WIDTH * HEIGHT, Uint8Array.from(GROUND))
  for (const { name, x, y, side } of squares) {
    const line = Buffer.alloc(3 * side, Uint8Array.from(COLOURS[name]))
    for (let row = y; row < y + side; row++) data.set(line, 3 * (row * WIDTH + x))
  }
  return new Pyramid({ width: WIDTH, height: HEIGHT, data: new Uint8Array(data) })
}

async function findAll(detector: Detector, pyramid: Pyramid, options?: SearchOptions): Promise<readonly Located[]> {
  const found: Located[] = []
  for await (const located of searchFaces(detector, pyramid, options)) found.push(located)
  return found
}

/** Which of the squares the boxes are, each told by its side and place. */
function namesOf(faces: readonly Detection[], squares: readonly Square[]): readonly (ColourName | undefined)[] {
  return faces.map(({ box }) => {
    const isNear = (value: number, other: number) => Math.abs(value - other) < 12
    return squares.find((s) => isNear(s.x, box.x) && isNear(s.y, box.y) && isNear(s.side, box.width))?.name
  })
}

const chosenOf = (found: readonly Located[]) => found.map(({ chosen }) => chosen)

const APART: readonly Square[] = [
  { name: 'red', x: 20, y: 40, side: 200 },
  { name: 'blue', x: 260, y: 60, side: 140 },
  { name: 'green', x: 450, y: 200, side: 90 },
]

describe('whoever asks for more faces', () => {
  it('is given the others, each once and the most prominent one first', async () => {
    const found = await findAll(createColourDetector({ red: 0.8, blue: 0.95, green: 0.7 }), paint(APART))
    expect(namesOf(chosenOf(found), APART)).toEqual(['red', 'blue', 'green'])
    expect(found.map(({ faces }) => faces.length)).toEqual([3, 2, 1])
  })

  it('is not given what is known to be none', async () => {
    const box = { x: 20, y: 40, width: 200, height: 200 }
    const refused = [{ score: 0.8, roll: 0, box }]
    const detector = createColourDetector({ red: 0.8, blue: 0.95, green: 0.7 })
    const found = await findAll(detector, paint(APART), { refused })
    expect(namesOf(chosenOf(found), APART)).toEqual(['blue', 'green'])
  })

  it('is given none but the first where the detector sees boxes without an area', async () => {
    for (const side of [0, Number.NaN]) {
      const detector = createColourDetector({ red: 0.95 })
      const decode = () => [{ score: 0.95, box: { x: 20, y: 20, width: side, height: side } }]
      const found = await findAll({ ...detector, kind: { ...detector.kind, decode } }, paint(APART))
      expect(found.length, `${side}`).toBeLessThanOrEqual(2)
    }
  })
})

describe('a strip', () => {
  /** How many pixels the looks at an empty picture have together. */
  async function countPixels(width: number, height: number): Promise<number> {
    const { kind, ...detector } = createColourDetector({})
    let pixels = 0
    const decode: Detector['kind']['decode'] = (_, input) => {
      pixels += input.width * input.height
      return []
    }
    const pyramid = new Pyramid({ width, height, data: new Uint8Array(3 * width * height) })
    expect(await findAll({ ...detector, kind: { ...kind, decode } }, pyramid)).toEqual([])
    return pixels
  }

  it('takes no more looks than a picture, however long it is', async () => {
    const ofPicture = await countPixels(600, 400)
    for (const long of [150, 3000]) {
      expect(await countPixels(1, long), `${long}`).toBeLessThan(3 * ofPicture)
      expect(await countPixels(long, 1), `${long}`).toBeLessThan(3 * ofPicture)
    }
  })

  it('is looked at where it is that of a long page', async () => {
    expect(await countPixels(20, 3000)).toBeGreaterThan(0)
  })
})

describe('a face inside of the box of what is none', () => {
  const SQUARES: readonly Square[] = [
    { name: 'red', x: 120, y: 10, side: 380 },
    { name: 'blue', x: 340, y: 230, side: 100 },
  ]

  it.each([
    ['surer', 0.95, 0.8],
    ['less sure', 0.8, 0.95],
  ])('is found where the other is %s', async (_, red, blue) => {
    const found = await findAll(createColourDetector({ red, blue }), paint(SQUARES))
    expect(namesOf(chosenOf(found), SQUARES)).toEqual(['red', 'blue'])
  })

  it('counts beside the other as long as it is the surer one, else it is a part of it', async () => {
    const countOf = async (red: number, blue: number) =>
      (await findAll(createColourDetector({ red, blue }), paint(SQUARES)))[0]?.faces.length
    expect(await countOf(0.7, 0.95)).toBe(2)
    expect(await countOf(0.95, 0.7)).toBe(1)
  })
})

describe('a face that no closer look shows', () => {
  /** Sees nothing in the squares that closer looks are. */
  function createFarSighted(score: number): Detector {
    const detector = createColourDetector({ red: score })
    const decode: Detector['kind']['decode'] = (outputs, input, minScore) =>
      input.width === input.height ? [] : detector.kind.decode(outputs, input, minScore)
    return { ...detector, kind: { ...detector.kind, decode } }
  }
  // It leaves room for another one as large, so that one look is not enough.
  const SQUARES: readonly Square[] = [{ name: 'red', x: 40, y: 120, side: 160 }]

  it('is kept where the detector is sure of it', async () => {
    const found = await findAll(createFarSighted(0.95), paint(SQUARES))
    expect(namesOf(chosenOf(found), SQUARES)).toEqual(['red'])
  })

  it('is dropped where it is not', async () => {
    expect(await findAll(createFarSighted(0.85), paint(SQUARES))).toEqual([])
  })
})

describe('a face that leans', () => {
  /**
   * Gives a square that stands on its corner in a closer look, where the box around it is larger, the next of the scores `leaning`,
   * else 0.7.
   */
  function createDetector(...leaning: readonly number[]): Detector {
    const detector = createColourDetector({ red: 0.7 })
    const rest = leaning.values()
    const decode: Detector['kind']['decode'] = (outputs, input, minScore) =>
      detector.kind.decode(outputs, input, minScore).map((seen) => {
        const isCloser = input.width === input.height && input.width === 192
        return isCloser && seen.box.width > 0.6 * input.width ? { ...seen, score: rest.next().value ?? 0 } : seen
      })
    return { ...detector, kind: { ...detector.kind, decode } }
  }
  const SQUARES: readonly Square[] = [{ name: 'red', x: 40, y: 120, side: 160 }]

  it('is taken as a closer look between the quarters shows it, where that alone is sure', async () => {
    const [right] = await findAll(createDetector(0.95), paint(SQUARES))
    expect(right?.chosen).toMatchObject({ score: 0.95, roll: Math.PI / 4 })
    const [left] = await findAll(createDetector(0.85, 0.95), paint(SQUARES))
    expect(left?.chosen).toMatchObject({ score: 0.95, roll: -Math.PI / 4 })
  })

  it('is taken as one of the quarters shows it, where none is sure', async () => {
    const [found] = await findAll(createDetector(0.85, 0.85), paint(SQUARES))
    expect(found?.chosen).toMatchObject({ score: 0.7, roll: 0 })
  })
})

describe('looks that are left out', () => {
  const RED: Square = { name: 'red', x: 40, y: 120, side: 160 }
  const BESIDE: Square = { name: 'blue', x: 300, y: 200, side: 60 }

  /** Which looks at all of the picture, or at a part of it, a colour is seen in. */
  type Kind = 'upright' | 'turned' | 'leaning' | 'afar' | 'closer'
  type Scores = Readonly<Partial<Record<ColourName, Readonly<Partial<Record<Kind, number>>>>>>

  /** As the input tells and, in the squares of one size that closer looks and those from afar are, how large the colour is in it. */
  function kindOf({ width, height }: Size, box: Box): Kind {
    if (width !== height) return width > height ? 'upright' : 'turned'
    if (width !== 192) return 'leaning'
    return box.width < 64 ? 'afar' : 'closer'
  }

  function createDetector(scores: Scores, knowsSuspects = true) {
    const { kind, ...detector } = createColourDetector({})
    const looks = { count: 0 }
    const decode: Detector['kind']['decode'] = (outputs, input, minScore) => {
      looks.count++
      return Object.entries(scores).flatMap(([name, score]) => {
        const [seen] = createColourDetector({ [name]: 1 }).kind.decode(outputs, input, 0)
        const told = seen && { ...seen, score: score[kindOf(input, seen.box)] ?? 0 }
        return told && told.score >= minScore ? [told] : []
      })
    }
    const suspectScore = knowsSuspects ? { other: 0.3, larger: 0.2 } : undefined
    const keen = { ...kind, decode, hintScore: 0.1, ...(suspectScore && { suspectScore }) }
    return { detector: { ...detector, kind: keen }, looks }
  }

  /** The first face, and how often it was looked for. */
  async function findFirst(scores: Scores, squares: readonly Square[], knowsSuspects = true) {
    const { detector, looks } = createDetector(scores, knowsSuspects)
    for await (const { chosen, faces } of searchFaces(detector, paint(squares))) {
      return { name: nameAt(chosen, squares), count: faces.length, looks: looks.count }
    }
    return { name: undefined, count: 0, looks: looks.count }
  }

  /** By the middle: the box of a face that leans less than the look is too large. */
  function nameAt({ box }: Detection, squares: readonly Square[]): ColourName | undefined {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    return squares.find(({ side, ...at }) => Math.hypot(at.x + side / 2 - x, at.y + side / 2 - y) < 12)?.name
  }

  const coarse = (score: number) => ({ upright: score, turned: score })
  const always = (score: number) => ({ ...coarse(score), leaning: score, afar: score, closer: score })

  it('are those that lean and that from afar, where nothing beside a face could be another', async () => {
    const looksWith = async (blue: Scores['blue'] & object, knowsSuspects = true) =>
      (await findFirst({ red: always(0.95), blue }, [RED, BESIDE], knowsSuspects)).looks
    // Upright, three times turned and closer; where nothing is known of suspects two more that lean, and one from afar.
    expect(await looksWith({})).toBe(5)
    expect(await looksWith(always(0.25))).toBe(5)
    expect(await looksWith({ upright: 0.4 })).toBe(7)
    expect(await looksWith({ turned: 0.4 })).toBe(7)
    expect(await looksWith(always(0.8))).toBe(7)
    expect(await looksWith({}, false)).toBe(8)
  })

  it('are not what a part of the face, or what is close around it, asks for', async () => {
    const looksWith = async (blue: Square, isOver: boolean) =>
      (await findFirst({ red: always(0.95), blue: always(0.45) }, isOver ? [RED, blue] : [blue, RED])).looks
    expect(await looksWith({ name: 'blue', x: 90, y: 170, side: 60 }, true)).toBe(5)
    expect(await looksWith({ name: 'blue', x: 0, y: 70, side: 265 }, false)).toBe(5)
  })

  it('are taken where a face is sure from afar and leaves no room for another', async () => {
    const only = { name: 'red', x: 160, y: 60, side: 280 } as const
    expect((await findFirst({ red: { ...always(0.85), afar: 0.95, closer: 0.95 } }, [only])).looks).toBe(2)
  })

  it('are taken where something could be a larger face, or one as large', async () => {
    const middle = { name: 'blue', x: 230, y: 130, side: 148 } as const
    const blue = { ...coarse(0.25), afar: 0.95, closer: 0.95 }
    expect(await findFirst({ red: always(0.95), blue }, [RED, middle])).toMatchObject({ name: 'blue', count: 2 })
  })

  it('are taken where what was seen may be a part of a larger face', async () => {
    const around = { name: 'blue', x: 200, y: 60, side: 280 } as const
    const inside = { name: 'red', x: 220, y: 80, side: 100 } as const
    const blue = { ...coarse(0.4), leaning: 0.95, closer: 0.95 }
    expect((await findFirst({ red: always(0.8), blue }, [around, inside])).name).toBe('blue')
  })

  it('are taken after all where what stood alone was none', async () => {
    const other = { name: 'blue', x: 300, y: 100, side: 200 } as const
    const scores = { red: coarse(0.85), blue: { leaning: 0.95, closer: 0.95 } }
    expect((await findFirst(scores, [RED, other])).name).toBe('blue')
    // It is seen closer, and refused by whoever asks for more.
    const { detector } = createDetector({ ...scores, red: always(0.95) })
    const found = await findAll(detector, paint([RED, other]))
    expect(found.map(({ chosen }) => nameAt(chosen, [RED, other]))).toEqual(['red', 'blue'])
  })
})

describe('all faces', () => {
  /** Scores of faces that are too small in a look, and how often it looks. */
  interface Sight {
    readonly tooSmall: number
    /** Of what is red. */
    readonly red?: number
    readonly kind?: Partial<Detector['kind']>
  }

  /** What a detector finds that sees faces of at least {@link LEAST_SIDE} pixels of its input, and how often it looks. */
  async function findSmall({ tooSmall, red = 0.95, kind: changes }: Sight, squares: readonly Square[]) {
    const all = Object.fromEntries(Object.keys(COLOURS).map((name) => [name, 0.95]))
    const { kind, ...detector } = createColourDetector({ ...all, red })
    const widths: number[] = []
    const decode: Detector['kind']['decode'] = (outputs, input, minScore) => {
      widths.push(input.width)
      const seen = kind.decode(outputs, input, minScore)
      return seen
        .map((face) => (face.box.width < LEAST_SIDE ? { ...face, score: tooSmall } : face))
        .filter(({ score }) => score >= minScore)
    }
    const faces = await searchAllFaces({ ...detector, kind: { ...kind, ...changes, decode } }, paint(squares))
    return { names: namesOf(faces, squares).toSorted(), widths, looks: widths.length }
  }
  const LEAST_SIDE = 10
  // The picture is looked at at 1/5, 1/2 and 1 of its size: the blue one is seen in the finest look alone.
  const SMALL: readonly Square[] = [
    { name: 'red', x: 20, y: 40, side: 200 },
    { name: 'blue', x: 450, y: 200, side: 16 },
  ]
  const [LARGE] = SMALL as readonly [Square]

  it('are looked for every way up, unless the detector sees those that stand on their head', async () => {
    const countLooks = async (seesUpsideDown: boolean) =>
      (await findSmall({ tooSmall: 0, kind: { seesUpsideDown } }, APART)).looks
    // Three turned looks or one, at each of the two levels that a picture of this size has.
    expect((await countLooks(false)) - (await countLooks(true))).toBe(4)
  })

  it('are looked for as finely as may be where a coarse look hints at more than it shows, and there alone', async () => {
    const hinted = await findSmall({ tooSmall: 0.2, kind: { hintScore: 0.1 } }, SMALL)
    expect(hinted.names).toEqual(['blue', 'red'])
    const plain = await findSmall({ tooSmall: 0.2, kind: { hintScore: 0.1 } }, [LARGE])
    expect(plain.names).toEqual(['red'])
    expect(hinted.looks - plain.looks).toBe(1)
  })

  it('are looked for in all of the picture as finely as may be where hints are everywhere', async () => {
    const names = ['blue', 'green', 'yellow', 'pink', 'cyan', 'white', 'orange', 'violet'] as const
    const crowd = names.map((name, i) => ({ name, x: 40 + 140 * (i % 4), y: 60 + 200 * Math.floor(i / 4), side: 16 }))
    const sight = { tooSmall: 0.2, kind: { hintScore: 0.1, seesUpsideDown: true } }
    const found = await findSmall(sight, crowd)
    expect(found.names).toEqual([...names].toSorted())
    // One look upright and one turned, at each of two levels; then one at each half of the picture, because it is too long for one.
    expect(found.looks).toBe(6)
  })

  it('are found inside of what scores more than a hint and is no face, or is none surely', async () => {
    const inside: readonly Square[] = [LARGE, { name: 'blue', x: 100, y: 120, side: 16 }]
    const kind = { hintScore: 0.1 }
    expect((await findSmall({ tooSmall: 0.2, red: 0.3, kind }, inside)).names).toEqual(['blue'])
    expect((await findSmall({ tooSmall: 0.2, red: 0.75, kind }, inside)).names).toEqual(['blue', 'red'])
    // What is inside of a sure face is a part of it.
    expect((await findSmall({ tooSmall: 0.2, red: 0.95, kind }, inside)).names).toEqual(['red'])
  })

  it('are looked for at half of the size for hints alone', async () => {
    // The picture is 600 wide, and looks are multiples of 32.
    expect((await findSmall({ tooSmall: 0, kind: { hintScore: 0.1 } }, APART)).widths).toContain(320)
    expect((await findSmall({ tooSmall: 0 }, APART)).widths).not.toContain(320)
  })

  it('are looked for as finely as may be with a detector of which no hints are known, or none below what it takes for a face', async () => {
    for (const kind of [{}, { hintScore: 0.5 }]) {
      const found = await findSmall({ tooSmall: 0, kind }, SMALL)
      expect(found.names).toEqual(['blue', 'red'])
    }
  })
})
