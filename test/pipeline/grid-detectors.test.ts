import { describe, expect, it } from 'vitest'
import { type GridFace, placeGridFace, runGridDetector, suppress } from '../../src/pipeline/grid-detector.js'
import { findGridFaces } from '../../src/pipeline/grid-search.js'
import { rollOf } from '../../src/pipeline/landmarks.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import { SCRFD } from '../../src/pipeline/scrfd.js'
import type { Tensor } from '../../src/pipeline/tensor-model.js'
import { YUNET } from '../../src/pipeline/yunet.js'

const SIZE = 64
type Outputs = ReadonlyMap<string, Tensor>

/** Outputs of a detector that sees nothing, for values to be put in. */
function emptyYunet(): Map<string, Tensor> {
  const outputs = new Map<string, Tensor>()
  for (const stride of [8, 16, 32]) {
    const rows = (SIZE / stride) ** 2
    for (const [name, columns] of [
      ['cls', 1],
      ['obj', 1],
      ['bbox', 4],
      ['kps', 10],
    ] as const) {
      outputs.set(`${name}_${stride}`, { data: new Float32Array(rows * columns), dims: [1, rows, columns] })
    }
  }
  return outputs
}

function emptyScrfd(batched: boolean): Map<string, Tensor> {
  const outputs = new Map<string, Tensor>()
  let name = 448
  for (const columns of [1, 4, 10]) {
    for (const stride of [8, 16, 32]) {
      const rows = 2 * (SIZE / stride) ** 2
      const dims = batched ? [1, rows, columns] : [rows, columns]
      outputs.set(String(name++), { data: new Float32Array(rows * columns), dims })
    }
  }
  return outputs
}

function put(outputs: Outputs, name: string, row: number, values: readonly number[]): void {
  outputs.get(name)!.data.set(values, row * values.length)
}

const UPWARDS = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]

describe('a yunet', () => {
  it.each([
    ['an output that is missing', (outputs: Map<string, Tensor>) => outputs.delete('obj_16'), /has no output obj_16/],
    [
      'an output of another size',
      (outputs: Map<string, Tensor>) => outputs.set('kps_8', { data: new Float32Array(10), dims: [1, 1, 10] }),
      /has 10 numbers in its output kps_8 where a yunet has 640/,
    ],
  ])('is refused with %s', (_name, spoil, sentence) => {
    const outputs = emptyYunet()
    spoil(outputs)
    expect(() => YUNET.decode(outputs, SIZE, 0.5)).toThrow(sentence)
  })

  it('sees nothing in zeros, nor in what is no number', () => {
    const outputs = emptyYunet()
    put(outputs, 'cls_8', 0, [Number.NaN])
    put(outputs, 'obj_8', 0, [1])
    expect(YUNET.decode(outputs, SIZE, 0.1)).toEqual([])
  })

  it('is read as OpenCV reads it', () => {
    const outputs = emptyYunet()
    // Stride 8, third line, fourth column.
    put(outputs, 'cls_8', 19, [0.64])
    put(outputs, 'obj_8', 19, [1.5])
    put(outputs, 'bbox_8', 19, [0.5, 0.25, Math.log(2), Math.log(3)])
    put(outputs, 'kps_8', 19, UPWARDS)
    // Stride 32, second line, first column; below the score that is asked for.
    put(outputs, 'cls_32', 2, [0.5])
    put(outputs, 'obj_32', 2, [0.5])
    const [face, ...others] = YUNET.decode(outputs, SIZE, 0.75)
    expect(others).toEqual([])
    // The second share counts as 1; the centre is (3.5, 2.25) cells, the size 2 x 3 cells of 8 pixels.
    expect(face!.score).toBeCloseTo(0.8, 6)
    expect(face!.box.x).toBeCloseTo(20, 5)
    expect(face!.box.y).toBeCloseTo(6, 5)
    expect(face!.box.width).toBeCloseTo(16, 5)
    expect(face!.box.height).toBeCloseTo(24, 5)
    expect(face!.points).toEqual([24, 20, 32, 28, 40, 36, 48, 44, 56, 52])
    expect(YUNET.decode(outputs, SIZE, 0.5)).toHaveLength(2)
  })

  it('is fed blue first', () => {
    expect([...YUNET.prepare(Float32Array.of(1, 2, 3, 4, 5, 6))]).toEqual([5, 6, 3, 4, 1, 2])
  })
})

describe('a scrfd', () => {
  it('is refused without key points', () => {
    const outputs = new Map([...emptyScrfd(false)].filter(([, { dims }]) => dims.at(-1) !== 10))
    expect(() => SCRFD.decode(outputs, SIZE, 0.5)).toThrow(/has no output of 128 x 10, .* for stride 8/)
  })

  it.each([true, false])('is read as InsightFace reads it (batched: %s)', (batched) => {
    const outputs = emptyScrfd(batched)
    // Stride 16: the second anchor of the cell in the second line and third column of 4.
    const row = 2 * 6 + 1
    put(outputs, '449', row, [0.75])
    put(outputs, '452', row, [1, 0.5, 2, 3])
    put(outputs, '455', row, UPWARDS)
    const faces = SCRFD.decode(outputs, SIZE, 0.5)
    expect(faces).toEqual([
      {
        score: 0.75,
        // From (32, 16): 16 to the left, 8 up, 32 to the right, 48 down.
        box: { x: 16, y: 8, width: 48, height: 56 },
        points: [32, 24, 48, 40, 64, 56, 80, 72, 96, 88],
      },
    ])
    expect(SCRFD.decode(outputs, SIZE, 0.8)).toEqual([])
  })

  it('is fed red first, from -1 to 1', () => {
    expect([...SCRFD.prepare(Float32Array.of(0, 127.5, 255))]).toEqual([-0.99609375, 0, 0.99609375])
  })
})

function faceAt(x: number, score: number): GridFace {
  return { score, box: { x, y: 0, width: 10, height: 10 }, points: new Array(10).fill(0) }
}

describe('suppression', () => {
  it('keeps the best of those that overlap, and all others', () => {
    // 5 of 15 shared: an overlap of a third.
    const faces = [faceAt(5, 0.8), faceAt(0, 0.9), faceAt(40, 0.7)]
    expect(suppress(faces, 0.3).map(({ score }) => score)).toEqual([0.9, 0.7])
    expect(suppress(faces, 0.4).map(({ score }) => score)).toEqual([0.9, 0.8, 0.7])
  })
})

describe('a face in detector pixels', () => {
  const upright: GridFace = {
    score: 1,
    box: { x: 10, y: 10, width: 20, height: 20 },
    points: [15, 15, 25, 15, 20, 20, 16, 25, 24, 25],
  }

  it('is placed in the image with key points that tell its roll', () => {
    const placed = placeGridFace(upright, { a: 2, b: 0, tx: 100, ty: -10 })
    expect(placed.box).toEqual({ x: 120, y: 10, width: 40, height: 40 })
    expect(placed.points[2]).toEqual({ x: 140, y: 30 })
    expect(placed.keypoints[3]).toEqual({ x: 140, y: 40 })
    expect(rollOf(placed)).toBeCloseTo(0)
    expect(rollOf(placeGridFace(upright, { a: 0, b: 1, tx: 0, ty: 0 }))).toBeCloseTo(Math.PI / 2)
  })
})

describe('the search', () => {
  /** A detector that sees one face at the look with this number, with the score at that place; counts its looks. */
  function seeingAt(scores: readonly number[]) {
    let looks = 0
    const kind = {
      ...YUNET,
      decode: (): readonly GridFace[] => {
        const score = scores[looks++] ?? 0
        return score > 0 ? [{ ...faceAt(27, score), box: { x: 22, y: 22, width: 20, height: 20 } }] : []
      },
    }
    const model = { run: async () => new Map<string, Tensor>() }
    return { detector: { kind, model, inputSize: SIZE, minScore: 0.5 }, looks: () => looks }
  }
  const picture = new Pyramid({ width: 200, height: 100, data: new Uint8Array(60_000) })

  it('takes one look where that shows a face', async () => {
    const { detector, looks } = seeingAt([0.6, 0.9])
    expect(await findGridFaces(detector, picture)).toMatchObject([{ score: 0.6 }])
    expect(looks()).toBe(1)
  })

  it('turns the picture and zooms out where it does not, and takes the surest look', async () => {
    const { detector, looks } = seeingAt([0, 0.6, 0, 0.8, 0.7])
    const [face] = await findGridFaces(detector, picture)
    expect(face!.score).toBe(0.8)
    expect(looks()).toBe(5)
    // The middle of the picture stays the middle.
    expect(face!.box.x + face!.box.width / 2).toBeCloseTo(99.5 + 0.5 * (200 / SIZE), 4)
  })

  it('says so when there is none', async () => {
    expect(await findGridFaces(seeingAt([]).detector, picture)).toEqual([])
  })

  it('shows the detector the whole picture in the middle of a black square', async () => {
    let seen = new Float32Array()
    const model = {
      run: async ({ data }: Tensor) => {
        seen = Float32Array.from(data)
        return emptyScrfd(false)
      },
    }
    const white = new Pyramid({ width: 64, height: 32, data: new Uint8Array(64 * 32 * 3).fill(255) })
    const detector = {
      kind: { ...SCRFD, prepare: (pixels: Float32Array) => pixels },
      model,
      inputSize: SIZE,
      minScore: 1,
    }
    await findGridFaces(detector, white)
    // The last look, from twice as far: 16 rows of 64 are the picture.
    const rows = Array.from({ length: SIZE }, (_, y) => seen[y * SIZE + SIZE / 2])
    expect(rows.filter((value) => value! > 128)).toHaveLength(16)
    expect(rows[SIZE / 2]).toBe(255)
  })
})

it('a detector is run on what its kind wants, in one batch of one', async () => {
  let dims: readonly number[] = []
  const model = {
    run: async (input: Tensor) => {
      dims = input.dims
      return emptyYunet()
    },
  }
  const detector = { kind: YUNET, model, inputSize: SIZE, minScore: 0.9 }
  expect(await runGridDetector(detector, new Float32Array(3 * SIZE * SIZE))).toEqual([])
  expect(dims).toEqual([1, 3, SIZE, SIZE])
})
