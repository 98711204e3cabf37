/** Lines of the 68 landmarks, first and last point of each, in iBUG 300-W order; closed ones return to their first point. */
const LINES: readonly { readonly first: number; readonly last: number; readonly closed?: boolean }[] = [
  { first: 0, last: 16 },
  { first: 17, last: 21 },
  { first: 22, last: 26 },
  { first: 27, last: 30 },
  { first: 31, last: 35 },
  { first: 36, last: 41, closed: true },
  { first: 42, last: 47, closed: true },
  { first: 48, last: 59, closed: true },
  { first: 60, last: 67, closed: true },
]

const POINT_COLOUR = '#36e2ff'

/** Digits as lines between corners of a box one wide and two high: the corners are numbered left to right, top to bottom. */
const DIGITS: Readonly<Record<string, string>> = {
  '0': '0 1 5 4 0',
  '1': '1 5',
  '2': '0 1 3 2 4 5',
  '3': '0 1 3 2 3 5 4',
  '4': '0 2 3 1 5',
  '5': '1 0 2 3 5 4',
  '6': '1 0 4 5 3 2',
  '7': '0 1 5',
  '8': '0 1 5 4 0 2 3',
  '9': '3 2 0 1 5 4',
}

/**
 * SVG of the landmarks: dots, with thin lines between those of one contour.
 *
 * @param points x and y in turn, in pixels of the drawing
 * @param faceWidth in pixels; dots of small faces are smaller
 */
export function drawLandmarks(points: readonly number[], faceWidth: number): string {
  const radius = Math.min(3, Math.max(0.7, faceWidth / 90))
  const at = (i: number) => `${(points[2 * i] ?? 0).toFixed(1)},${(points[2 * i + 1] ?? 0).toFixed(1)}`
  const lines = LINES.map(({ first, last, closed }) => {
    const corners = Array.from({ length: last - first + 1 }, (_, i) => at(first + i))
    return `<poly${closed ? 'gon' : 'line'} points="${corners.join(' ')}"/>`
  })
  const dots = Array.from({ length: points.length / 2 }, (_, i) => {
    const [x, y] = at(i).split(',')
    return `<circle cx="${x}" cy="${y}" r="${radius.toFixed(1)}"/>`
  })
  return (
    `<g fill="none" stroke="${POINT_COLOUR}" stroke-opacity=".55" stroke-width="${(radius * 0.6).toFixed(1)}">${lines.join('')}</g>` +
    `<g fill="${POINT_COLOUR}">${dots.join('')}</g>`
  )
}

/** SVG of a number in strokes, its middle at `x`, its top at `y`. Knows digits and the point. */
export function drawDigits(text: string, x: number, y: number, height: number): string {
  const width = height / 2
  const gap = height * 0.3
  const widthOf = (sign: string) => (sign === '.' ? 0 : width)
  const total = [...text].reduce((sum, sign) => sum + widthOf(sign) + gap, -gap)
  let left = x - total / 2
  const signs = [...text].map((sign) => {
    const corners = (DIGITS[sign] ?? '').split(' ').map(Number)
    const points = corners.map((corner) => `${left + (corner % 2) * width},${y + Math.floor(corner / 2) * width}`)
    const dot = `${left},${y + height} ${left},${y + height}`
    left += widthOf(sign) + gap
    return `<polyline points="${sign === '.' ? dot : points.join(' ')}"/>`
  })
  return `<g fill="none" stroke="#f2f4f6" stroke-width="${height / 9}" stroke-linecap="round" stroke-linejoin="round">${signs.join('')}</g>`
}

/** SVG of a green tick for a match, a red cross for none. */
export function drawVerdict(match: boolean, x: number, y: number, size: number): string {
  const at = (...points: readonly (readonly [number, number])[]) =>
    `<polyline points="${points.map(([p, q]) => `${x + p * size},${y + q * size}`).join(' ')}"/>`
  const lines = match ? at([0, 0.55], [0.35, 0.9], [1, 0.1]) : at([0.1, 0.1], [0.9, 0.9]) + at([0.9, 0.1], [0.1, 0.9])
  return `<g fill="none" stroke="${match ? '#3ddc84' : '#ff6b5e'}" stroke-width="${size / 6}" stroke-linecap="round" stroke-linejoin="round">${lines}</g>`
}
