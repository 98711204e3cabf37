import type { Box } from '../engine/face.js'
import type { Detection } from './detect.js'

/** Faces whose visible area is at least this share of the largest one's count as equally large; chosen on DevTrain. */
const EQUAL_AREA = 0.5

/**
 * The most prominent face: the largest by the area that lies inside the image; among those of at least half of its
 * area, the one nearest to the centre. `undefined` when there is none.
 */
export function chooseFace(faces: readonly Detection[], width: number, height: number): Detection | undefined {
  const largest = Math.max(...faces.map((face) => visibleArea(face.box, width, height)))
  const fromCentre = ({ box }: Detection) =>
    Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2)
  return faces
    .filter((face) => visibleArea(face.box, width, height) >= EQUAL_AREA * largest)
    .toSorted((p, q) => fromCentre(p) - fromCentre(q))[0]
}

function visibleArea(box: Box, width: number, height: number): number {
  const visibleWidth = Math.min(width, box.x + box.width) - Math.max(0, box.x)
  const visibleHeight = Math.min(height, box.y + box.height) - Math.max(0, box.y)
  return Math.max(0, visibleWidth) * Math.max(0, visibleHeight)
}
