import type { Shown } from '../score/flaws.js'
import { alignFivePoints, fivePointsOf } from './five-points.js'
import { scaleOf } from './geometry.js'
import type { Pyramid } from './pyramid.js'
import type { Size } from './warp.js'

/** Side of the aligned face that is measured, and of its part that shows the face and little else. */
const SIDE = 56
const MIDDLE = { left: 10, right: 46, top: 10, bottom: 52 } as const
/** Side of the aligned face that networks see. */
const USUAL_SIDE = 112

/**
 * Where a face is, and how its picture was made brighter before. The pyramid's image may be a part of the picture, and shrunk:
 * `inPicture` is of the scale of `picture`, `landmarks` is not.
 */
export interface Scene {
  /** 68 points in pixels of the pyramid's image, x and y in turn. */
  readonly landmarks: Float32Array
  /** The same points in the whole picture. */
  readonly inPicture: Float32Array
  readonly picture: Size
  readonly gain: number
}

/** Measures how a face is shown, on an aligned copy of it. */
export function measureShown(pyramid: Pyramid, { landmarks, inPicture, picture, gain }: Scene): Shown {
  const toImage = alignFivePoints(fivePointsOf(landmarks), SIDE)
  const chip = new Float32Array(3 * SIDE * SIDE)
  pyramid.warp(toImage, SIDE, chip)
  const { luminance, brightness, burnt } = measureLight(chip, gain)
  return {
    pixels: (scaleOf(toImage) * SIDE) / USUAL_SIDE,
    brightness,
    burnt,
    detail: measureDetail(luminance),
    aside: measureAside(landmarks),
    outside: shareOutside(inPicture, picture),
  }
}

const WHITE = 250

/** Brightness of each pixel and what is told of all, in one go. What brightening a dark picture clips is not burnt. */
function measureLight(chip: Float32Array, gain: number) {
  const plane = SIDE * SIDE
  const luminance = new Float32Array(plane)
  let sum = 0
  let white = 0
  for (let y = 0; y < SIDE; y++) {
    const isMiddle = y >= MIDDLE.top && y < MIDDLE.bottom
    for (let x = 0, i = y * SIDE; x < SIDE; x++, i++) {
      const r = chip[i]!
      const g = chip[i + plane]!
      const b = chip[i + 2 * plane]!
      // ITU-R BT.601.
      const value = 0.299 * r + 0.587 * g + 0.114 * b
      luminance[i] = value
      if (!isMiddle || x < MIDDLE.left || x >= MIDDLE.right) continue
      sum += value
      if (r >= WHITE && g >= WHITE && b >= WHITE) white++
    }
  }
  const count = (MIDDLE.right - MIDDLE.left) * (MIDDLE.bottom - MIDDLE.top)
  return { luminance, brightness: sum / count / gain, burnt: gain === 1 ? white / count : 0 }
}

/** How much differs from its surroundings, over how much does so at a quarter of the size. */
function measureDetail(luminance: Float32Array): number {
  const quarter = halve(halve(luminance, SIDE), SIDE / 2)
  return contrastOf(luminance, SIDE) / Math.max(0.1, contrastOf(quarter, SIDE / 4))
}

function halve(plane: Float32Array, side: number): Float32Array {
  const half = side / 2
  const halved = new Float32Array(half * half)
  for (let y = 0, i = 0; y < half; y++) {
    for (let x = 0, at = 2 * y * side; x < half; x++, i++, at += 2) {
      halved[i] = (plane[at]! + plane[at + 1]! + plane[at + side]! + plane[at + side + 1]!) / 4
    }
  }
  return halved
}

/** The mean difference between a pixel and the nine around and at it; the margin, an eighth of the side, is left out. */
function contrastOf(plane: Float32Array, side: number): number {
  const margin = Math.max(1, side >> 3)
  let sum = 0
  let count = 0
  for (let y = margin; y < side - margin; y++) {
    for (let x = margin; x < side - margin; x++, count++) {
      const at = y * side + x
      let around = 0
      for (let row = at - side - 1; row <= at + side - 1; row += side) {
        around += plane[row]! + plane[row + 1]! + plane[row + 2]!
      }
      sum += Math.abs(plane[at]! - around / 9)
    }
  }
  return sum / count
}

/** Tip of the nose, and the edge of the face on both sides (iBUG 300-W order). */
const NOSE = 30
const EDGES = [2, 14] as const

function measureAside(landmarks: Float32Array): number {
  const [left, right] = EDGES.map((edge) =>
    Math.hypot(landmarks[2 * edge]! - landmarks[2 * NOSE]!, landmarks[2 * edge + 1]! - landmarks[2 * NOSE + 1]!),
  )
  return Math.abs(left! - right!) / Math.max(1e-6, left! + right!)
}

function shareOutside(landmarks: Float32Array, { width, height }: Size): number {
  const count = landmarks.length / 2
  let outside = 0
  for (let i = 0; i < count; i++) {
    const [x, y] = [landmarks[2 * i]!, landmarks[2 * i + 1]!]
    if (x < 0 || y < 0 || x > width || y > height) outside++
  }
  return outside / count
}
