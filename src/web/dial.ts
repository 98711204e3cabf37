import { createSvg } from './element.js'

const CENTRE = { x: 130, y: 128 }
const RADIUS = 96
/** The arc runs over 240 degrees, from the lower left clockwise. */
const FIRST_DEGREE = 150
const DEGREES = 240
const MARKS = [70, 80, 90] as const

/** The arc with its marks; {@link turnDial} sets it. */
export function drawDial(svg: SVGSVGElement): void {
  const bands = [0, ...MARKS, 100]
  svg.replaceChildren(
    ...bands.slice(0, -1).map((from, i) => createSvg('path', { class: `band${i}`, d: arc(from, bands[i + 1] ?? 100) })),
    createSvg('path', { class: 'value', d: arc(0, 100), pathLength: 100 }),
    ...MARKS.flatMap((score) => [drawNotch(score), drawMark(score)]),
    drawText('number', CENTRE.y + 14),
    drawText('of', CENTRE.y + 42),
  )
}

/** Shows a score; none when undefined. */
export function turnDial(svg: SVGSVGElement, score: number | undefined, label: string): void {
  svg.style.setProperty('--score', String(score ?? 0))
  svg.classList.toggle('unset', score === undefined)
  svg.setAttribute('aria-label', label)
  setText(svg, '.number', score === undefined ? '–' : score.toFixed(score === 100 ? 0 : 1))
  setText(svg, '.of', score === undefined ? '' : '/ 100')
}

function setText(svg: SVGSVGElement, selector: string, text: string): void {
  const element = svg.querySelector(selector)
  if (element) element.textContent = text
}

function drawText(className: string, y: number): SVGElement {
  return createSvg('text', { class: className, x: CENTRE.x, y, 'text-anchor': 'middle' })
}

/** Across the arc, so that the marks are seen on the filled part, too. */
function drawNotch(score: number): SVGElement {
  const [inner, outer] = [at(score, RADIUS - 9), at(score, RADIUS + 9)]
  return createSvg('path', { class: 'notch', d: `M${inner.x} ${inner.y}L${outer.x} ${outer.y}` })
}

function drawMark(score: number): SVGElement {
  const { x, y } = at(score, RADIUS + 21)
  const text = createSvg('text', { class: 'mark', x, y: y + 4.5, 'text-anchor': 'middle' })
  text.textContent = String(score)
  return text
}

function arc(from: number, to: number): string {
  const [a, b] = [at(from, RADIUS), at(to, RADIUS)]
  const isLarge = ((to - from) / 100) * DEGREES > 180 ? 1 : 0
  return `M${a.x} ${a.y}A${RADIUS} ${RADIUS} 0 ${isLarge} 1 ${b.x} ${b.y}`
}

function at(score: number, radius: number): { readonly x: number; readonly y: number } {
  const radians = ((FIRST_DEGREE + (score / 100) * DEGREES) * Math.PI) / 180
  const round = (value: number): number => Math.round(value * 100) / 100
  return { x: round(CENTRE.x + radius * Math.cos(radians)), y: round(CENTRE.y + radius * Math.sin(radians)) }
}
