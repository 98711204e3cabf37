import type { FacesInPicture, FoundFace } from '../engine/engine.js'
import { type Alignment, formatTable } from './table.js'
import type { Words } from './words.js'

const NUMBER_COLUMNS: readonly Alignment[] = ['right', 'left', ...Array.from({ length: 9 }, () => 'right' as const)]

/** A line that says how many faces there are, then a line for each. */
export function formatFaces(
  { faces, imageWidth, imageHeight }: FacesInPicture,
  picture: string,
  words: Words,
): readonly string[] {
  const { rows, columns } = words
  const withAttributes = faces.some(({ attributes }) => attributes)
  const named = ['age', 'gender', 'expression', 'glasses', 'pitch', 'yaw', 'roll'] as const
  const head = [columns.number, rows.face, rows.quality, rows.detectionScore]
  const body = faces.map((face, i) => [String(i + 1), ...describeRow(face, words)])
  return [
    words.faces(faces.length, picture, imageWidth, imageHeight),
    '',
    ...formatTable([[...head, ...(withAttributes ? named.map((name) => columns[name]) : [])], ...body], NUMBER_COLUMNS),
  ]
}

function describeRow({ box, quality, detectionScore, attributes }: FoundFace, { place, columns }: Words): string[] {
  const [x = '', y = '', width = '', height = ''] = [box.x, box.y, box.width, box.height].map((v) => v.toFixed(0))
  const seen = [place(width, height, x, y), quality?.score.toFixed(2) ?? '-', detectionScore.toFixed(2)]
  if (!attributes) return seen
  const { age, gender, expression, hasGlasses, pitchDegrees, yawDegrees, rollDegrees } = attributes
  const whole = (value: number): string => String(Math.round(value) + 0)
  return [
    ...seen,
    ...[age, gender, expression].map(whole),
    hasGlasses ? columns.yes : columns.no,
    ...[pitchDegrees, yawDegrees, rollDegrees].map(whole),
  ]
}
