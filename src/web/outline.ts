import type { Detection } from '../client/persons.js'
import type { ShownFace } from './answer.js'
import { createSvg } from './element.js'

/** The 68 landmarks in the order of dlib's markup, as lines: first point, last point, closed or not. */
const LINES: readonly (readonly [first: number, last: number, closed: boolean])[] = [
  [0, 16, false],
  [17, 21, false],
  [22, 26, false],
  [27, 30, false],
  [31, 35, false],
  [36, 41, true],
  [42, 47, true],
  [48, 59, true],
  [60, 67, true],
]

/** Length of the corners that mark the box, as a share of its shorter side. */
const CORNER = 0.18

/** Height of the numbers of faces, as a share of the longer side of the picture. */
const NUMBER_SIZE = 0.05

/** Draws box and landmarks of a face; the lines keep their width whatever the size of the picture. */
export function drawOutline(svg: SVGSVGElement, face: ShownFace, withBlank: boolean): void {
  startDrawing(svg, face, withBlank)
  for (const layer of ['halo', 'line']) {
    svg.append(createSvg('path', { class: `box ${layer}`, d: describeCorners(face.box) }))
    for (const line of LINES)
      svg.append(createSvg('path', { class: layer, d: describeLine(face, line), pathLength: 1 }))
  }
  svg.append(createSvg('path', { class: 'points', d: face.landmarks.map(([x, y]) => `M${x} ${y}h0`).join('') }))
}

/** Draws the box of each face with its number, where there are several. */
export function drawBoxes(svg: SVGSVGElement, boxed: Boxed, withBlank: boolean): void {
  const { faces, imageWidth, imageHeight } = boxed
  startDrawing(svg, boxed, withBlank)
  const size = NUMBER_SIZE * Math.max(imageWidth, imageHeight)
  faces.forEach(({ box }, i) => {
    for (const layer of ['halo', 'line']) {
      svg.append(createSvg('path', { class: `box ${layer}`, d: describeCorners(box) }))
    }
    if (faces.length === 1) return
    const place = { x: box.x + box.width / 2, y: box.y + box.height + size, 'font-size': size, 'text-anchor': 'middle' }
    const number = createSvg('text', { class: 'face-number', ...place })
    number.textContent = String(i + 1)
    svg.append(number)
  })
}

type Size = Pick<Detection, 'imageWidth' | 'imageHeight'>

/** A picture's size, and where its faces are. */
interface Boxed extends Size {
  readonly faces: readonly Pick<Detection['faces'][number], 'box'>[]
}

function startDrawing(svg: SVGSVGElement, { imageWidth: width, imageHeight: height }: Size, withBlank: boolean): void {
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.replaceChildren()
  // Where the picture itself cannot be shown its place is.
  if (withBlank) svg.append(createSvg('rect', { class: 'blank', width, height }))
}

/** How to show the face alone: the picture is enlarged `scale` times about its corner, then moved by shares of its frame. */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** How much of the frame a face fills that is looked at alone. */
const FILLED = 0.62
const MAX_SCALE = 12

/** The view of a face for a square frame that the whole picture fits into. */
export function viewFace({ box, imageWidth, imageHeight }: ShownFace): View {
  const longest = Math.max(imageWidth, imageHeight)
  const scale = Math.min(MAX_SCALE, Math.max(1, (FILLED * longest) / Math.max(box.width, box.height)))
  const x = (box.x + box.width / 2 - imageWidth / 2) / longest + 0.5
  const y = (box.y + box.height / 2 - imageHeight / 2) / longest + 0.5
  return { scale, x: 0.5 - x * scale, y: 0.5 - y * scale }
}

function describeCorners({ x, y, width, height }: ShownFace['box']): string {
  const c = CORNER * Math.min(width, height)
  const [right, bottom] = [x + width, y + height]
  return [
    `M${x} ${y + c}V${y}H${x + c}`,
    `M${right - c} ${y}H${right}V${y + c}`,
    `M${right} ${bottom - c}V${bottom}H${right - c}`,
    `M${x + c} ${bottom}H${x}V${bottom - c}`,
  ].join('')
}

function describeLine({ landmarks }: ShownFace, [first, last, closed]: (typeof LINES)[number]): string {
  const points = landmarks.slice(first, last + 1).map(([x, y]) => `${x} ${y}`)
  return `M${points.join('L')}${closed ? 'Z' : ''}`
}
