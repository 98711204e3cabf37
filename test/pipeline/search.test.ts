import { describe, expect, it } from 'vitest'
import { rollOf } from '../../src/pipeline/landmarks.js'
import type { Model } from '../../src/pipeline/models.js'
import { chooseFace } from '../../src/pipeline/prominence.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import { findFaces } from '../../src/pipeline/search.js'
import { modelOf } from '../support/models.js'

/** The faces of these tests are squares with a light upper and a dimmer lower half; what lies between is no face. */
const TOP = 255
const BOTTOM = 200
const isTop = (value: number) => value > 250
const isBottom = (value: number) => value > 195 && value < 205

interface Square {
  readonly x: number
  readonly y: number
  readonly side: number
  readonly upsideDown?: boolean
}

function picture(width: number, height: number, ...squares: readonly Square[]): Pyramid {
  const data = new Uint8Array(3 * width * height)
  for (const { x, y, side, upsideDown = false } of squares) {
    for (let row = 0; row < side; row++) {
      const value = row < side / 2 !== upsideDown ? TOP : BOTTOM
      data.fill(value, 3 * ((y + row) * width + x), 3 * ((y + row) * width + x + side))
    }
  }
  return new Pyramid({ width, height, data })
}

interface Eyes {
  readonly inputSize: 128 | 256 | 768
  /** Widths of faces that it sees, in pixels of its input. */
  readonly sees?: readonly [from: number, to: number]
  /** How sure it is of an upright face, as a logit. */
  readonly logit?: number
  /** A box that it always sees, wherever it looks: centre and side in pixels of its input. */
  readonly ghost?: readonly [x: number, y: number, side: number]
}

/** A detector of one square. An upside-down one passes for an upright one, with a score of .77 at best. */
function createDetector({
  inputSize,
  sees = [20, 100],
  logit = 3,
  ghost,
}: Eyes): Model & { readonly runs: () => number } {
  let runs = 0
  const compute = (input: Float32Array) => {
    runs++
    const raw = new Float32Array(((inputSize / 16) ** 2 * 2 + (inputSize / 32) ** 2 * 6) * 17).fill(-20)
    if (ghost) setFace(raw, 1, ghost[0], ghost[1], ghost[2], 2)
    const { left, top, right, bottom, lightRow, dimRow } = measure(input, inputSize)
    const side = right - left + 1
    const isSquare = Math.abs(bottom - top + 1 - side) <= 2
    if (isSquare && side >= sees[0] && side <= sees[1]) {
      setFace(
        raw,
        0,
        (left + right + 1) / 2,
        (top + bottom + 1) / 2,
        side,
        lightRow < dimRow ? logit : Math.min(1.2, logit),
      )
    }
    return { raw }
  }
  return { ...modelOf(inputSize, compute), runs: () => runs }
}

/** Both of the first two anchors stand at (8, 8). Eyes above the mouth, as in an upright face. */
function setFace(raw: Float32Array, anchor: 0 | 1, x: number, y: number, side: number, logit: number): void {
  const [dx, dy, d] = [x - 8, y - 8, side / 4]
  raw.set([logit, dx, dy, side, side, dx - d, dy - d, dx + d, dy - d, dx, dy, dx, dy + d], anchor * 17)
}

function measure(input: Float32Array, size: number) {
  const light = { count: 0, rows: 0 }
  const dim = { count: 0, rows: 0 }
  const box = { left: size, top: size, right: -1, bottom: -1 }
  for (let i = 0; i < size * size; i++) {
    const half = isTop(input[i]!) ? light : isBottom(input[i]!) ? dim : undefined
    if (!half) continue
    const u = i % size
    const v = Math.floor(i / size)
    half.count++
    half.rows += v
    box.left = Math.min(box.left, u)
    box.right = Math.max(box.right, u)
    box.top = Math.min(box.top, v)
    box.bottom = Math.max(box.bottom, v)
  }
  return { ...box, lightRow: light.rows / light.count, dimRow: dim.rows / dim.count }
}

const createDetectors = (eyes: { coarse?: Partial<Eyes>; full?: Partial<Eyes>; finest?: Partial<Eyes> } = {}) => ({
  coarseDetector: createDetector({ inputSize: 128, ...eyes.coarse }),
  detector: createDetector({ inputSize: 256, ...eyes.full }),
  fineDetector: createDetector({ inputSize: 768, ...eyes.finest }),
})

async function findChosen(detectors: ReturnType<typeof createDetectors>, pyramid: Pyramid) {
  const faces = await findFaces(detectors, pyramid)
  return { faces, chosen: chooseFace(faces, pyramid.image.width, pyramid.image.height) }
}

describe('findFaces', () => {
  it('finds nothing in nothing', async () => {
    expect(await findFaces(createDetectors(), picture(256, 256))).toEqual([])
    expect(await findFaces(createDetectors(), picture(1, 1))).toEqual([])
  })

  it('drops what no closer look confirms', async () => {
    const ghost = [100, 100, 60] as const
    expect(await findFaces(createDetectors({ full: { ghost } }), picture(256, 256))).toEqual([])
    expect(await findFaces(createDetectors({ finest: { ghost } }), picture(800, 800))).toEqual([])
  })

  it('drops a face that closer looks confirm, but with low scores only', async () => {
    const easy = picture(200, 200, { x: 60, y: 60, side: 80 })
    expect(await findFaces(createDetectors({ coarse: { logit: 0.3 }, full: { logit: 0.3 } }), easy)).toEqual([])
    expect(await findFaces(createDetectors({ coarse: { logit: 0.5 } }), easy)).toHaveLength(1)
  })

  it('takes one coarse look at an easy photograph', async () => {
    const detectors = createDetectors()
    const { chosen } = await findChosen(detectors, picture(256, 256, { x: 60, y: 80, side: 100 }))
    expect(chosen?.box.x).toBeCloseTo(60, -0.5)
    expect(chosen?.box.width).toBeCloseTo(100, -0.5)
    expect(detectors.coarseDetector.runs()).toBe(1)
    expect(detectors.detector.runs() + detectors.fineDetector.runs()).toBe(0)
  })

  it('leaves small and unsure faces to the finer detectors', async () => {
    const small = createDetectors({ coarse: { sees: [10, 100] } })
    await findChosen(small, picture(1024, 1024, { x: 200, y: 200, side: 160 }))
    expect(small.detector.runs()).toBe(1)
    const unsure = createDetectors({ coarse: { logit: 1 } })
    await findChosen(unsure, picture(256, 256, { x: 60, y: 80, side: 100 }))
    expect(unsure.detector.runs()).toBeGreaterThan(0)
  })

  it('places a small face as exactly as a closer look can', async () => {
    const detectors = createDetectors()
    const { chosen } = await findChosen(detectors, picture(1200, 900, { x: 801, y: 503, side: 37 }))
    // The finest look has 1.6 image pixels a pixel; the closer one has about two pixels an image pixel.
    expect(Math.abs((chosen?.box.x ?? 0) - 800.5)).toBeLessThan(1)
    expect(Math.abs((chosen?.box.width ?? 0) - 37)).toBeLessThan(1.2)
    expect(chosen?.score).toBeGreaterThan(0.9)
    expect(detectors.fineDetector.runs()).toBe(1)
  })

  it('finds the small face behind a larger one that is none', async () => {
    const detectors = createDetectors({ finest: { ghost: [200, 200, 90] } })
    const { faces, chosen } = await findChosen(detectors, picture(1200, 1200, { x: 800, y: 500, side: 40 }))
    expect(faces).toHaveLength(1)
    expect(Math.abs((chosen?.box.x ?? 0) - 799.5)).toBeLessThan(1)
  })

  it('turns a small upside-down face that passes for an upright one', async () => {
    const { chosen } = await findChosen(
      createDetectors(),
      picture(1200, 1200, { x: 800, y: 500, side: 40, upsideDown: true }),
    )
    expect(Math.abs(rollOf(chosen!))).toBeCloseTo(Math.PI, 2)
    expect(chosen?.score).toBeGreaterThan(0.9)
  })

  it('zooms out of a face that fills the frame', async () => {
    const { chosen } = await findChosen(createDetectors(), picture(90, 90, { x: 0, y: 0, side: 90 }))
    expect(Math.abs((chosen?.box.x ?? 9) - -0.5)).toBeLessThan(1.5)
    expect(Math.abs((chosen?.box.width ?? 0) - 90)).toBeLessThan(3)
  })
})
