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

/** Draws box and landmarks of a face; the lines keep their width whatever the size of the picture. */
export function drawOutline(svg: SVGSVGElement, face: ShownFace, withBlank: boolean): void {
  const { imageWidth: width, imageHeight: height } = face
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.replaceChildren()
  // Where the picture itself cannot be shown its place is.
  if (withBlank) svg.append(createSvg('rect', { class: 'blank', width, height }))
  for (const layer of ['halo', 'line']) {
    svg.append(createSvg('path', { class: `box ${layer}`, d: describeCorners(face) }))
    for (const line of LINES)
      svg.append(createSvg('path', { class: layer, d: describeLine(face, line), pathLength: 1 }))
  }
  svg.append(createSvg('path', { class: 'points', d: face.landmarks.map(([x, y]) => `M${x} ${y}h0`).join('') }))
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

function describeCorners({ box: { x, y, width, height } }: ShownFace): string {
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
