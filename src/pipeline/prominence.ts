import type { Box } from '../engine/face.js'
import type { Size } from './warp.js'

/** Faces whose visible area is at least this share of the largest one's count as equally large. */
export const EQUAL_AREA = 0.8

/** A face fills the frame from this share of its width or height on. */
const FILLED = 0.9

/** Between the boxes of two faces that stand side by side there is room for their ears and hair: so much of a box's side. */
const GAP = 0.25

interface Boxed {
  readonly box: Box
}

/**
 * The most prominent face: the largest by the area that lies inside the image; among those of at least four fifths of its
 * area, the one nearest to the centre. `undefined` when there is none.
 */
export function chooseFace<T extends Boxed>(faces: readonly T[], { width, height }: Size): T | undefined {
  const areas = faces.map(({ box }) => visibleArea(box, { width, height }))
  const largest = Math.max(...areas)
  const fromCentre = ({ box }: Boxed) =>
    Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2)
  return faces.filter((_, i) => areas[i]! >= EQUAL_AREA * largest).toSorted((p, q) => fromCentre(p) - fromCentre(q))[0]
}

/** Of the part of a box that lies inside of the image. */
export function visibleArea(box: Box, { width, height }: Size): number {
  const visibleWidth = Math.min(width, box.x + box.width) - Math.max(0, box.x)
  const visibleHeight = Math.min(height, box.y + box.height) - Math.max(0, box.y)
  return Math.max(0, visibleWidth) * Math.max(0, visibleHeight)
}

/** Whether beside, above or below a face there is room for another that would be as prominent. */
export function hasRoomForAnother({ x, y, width, height }: Box, image: Size): boolean {
  const side = Math.sqrt(EQUAL_AREA * width * height)
  const needed = side + GAP * side
  const beside = Math.max(x, image.width - x - width)
  const above = Math.max(y, image.height - y - height)
  return Math.min(beside, image.height) >= needed || Math.min(above, image.width) >= needed
}

/** Whether a box is about as wide or as high as the image. */
export function fillsFrame({ width, height }: Box, image: Size): boolean {
  return width >= FILLED * image.width || height >= FILLED * image.height
}
