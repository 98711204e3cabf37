/** What hides a part of a face, drawn as SVG by its landmarks: a surgical mask, sunglasses, a cover over one half. */

interface Point {
  readonly x: number
  readonly y: number
}

/** 68 points in pixels, x and y in turn (iBUG 300-W order). */
type Landmarks = Float32Array

const MASK_COLOURS = ['#9cc7e0', '#e9edf0', '#22252a', '#8fc4ad', '#e6b3c1', '#4a5f8c'] as const
const LENS_COLOURS = ['#0b0b0d', '#17120e', '#0d1512', '#1a1a20'] as const
const COVER_COLOURS = ['#2b2f36', '#c9c3b8', '#8a5a44', '#3f6b4f', '#b23a3a', '#d8b13c', '#456a9e'] as const

/** A surgical mask from the bridge of the nose to under the chin, with pleats and straps to the ears. */
export function drawMask(landmarks: Landmarks, random: () => number): string {
  const colour = pick(MASK_COLOURS, random)
  const at = (i: number): Point => pointOf(landmarks, i)
  const top = between(at(27), at(29), 0.5)
  const chin = at(8)
  // Under the chin and beside the cheeks the mask stands off a little.
  const outwards = (point: Point): Point => between(top, point, 1.06)
  const [left, right] = [outwards(at(2)), outwards(at(14))]
  const jaw = range(3, 13).map((i) => outwards(at(i)))
  const edge = `M${xy(left)} ${jaw.map((point) => `L${xy(point)}`).join(' ')} L${xy(right)}`
  const rim = `Q${xy(between(right, top, 0.6))} ${xy(top)} Q${xy(between(left, top, 0.6))} ${xy(left)} Z`
  const width = distance(left, right)
  const pleats = [0.35, 0.55, 0.75].map((share) => {
    const middle = between(top, chin, share)
    const [from, to] = [
      between(middle, between(left, at(5), share), 0.8),
      between(middle, between(right, at(11), share), 0.8),
    ]
    return line(`M${xy(from)} Q${xy(middle)} ${xy(to)}`, '#000', 0.012 * width, 0.25)
  })
  const straps = [
    [left, at(0)],
    [jaw[1]!, at(0)],
    [right, at(16)],
    [jaw.at(-2)!, at(16)],
  ].map(([from, to]) => line(`M${xy(from!)} L${xy(to!)}`, colour, 0.02 * width, 1))
  return `<defs><linearGradient id="mask" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff"
    stop-opacity=".25"/><stop offset="1" stop-color="#000" stop-opacity=".3"/></linearGradient></defs>
    ${straps.join('')}<path d="${edge} ${rim}" fill="${colour}"/><path d="${edge} ${rim}" fill="url(#mask)"/>${pleats.join('')}`
}

/** Dark lenses over eyes and brows with a bridge, and temples to the ears. */
export function drawSunglasses(landmarks: Landmarks, random: () => number): string {
  const colour = pick(LENS_COLOURS, random)
  const [left, right] = [centreOf(landmarks, 36, 41), centreOf(landmarks, 42, 47)]
  const apart = distance(left, right)
  const tilt = (Math.atan2(right.y - left.y, right.x - left.x) * 180) / Math.PI
  const [rx, ry] = [(0.38 + 0.06 * random()) * apart, (0.29 + 0.07 * random()) * apart]
  const round = ry * (0.5 + 0.5 * random())
  const lens = ({
    x,
    y,
  }: Point) => `<rect x="${x - rx}" y="${y - 0.9 * ry}" width="${2 * rx}" height="${2 * ry}" rx="${round}"
    fill="${colour}" transform="rotate(${tilt} ${x} ${y})"/>`
  const frame = [
    [between(left, right, 0.3), between(left, right, 0.7)],
    [between(left, right, -0.3), pointOf(landmarks, 0)],
    [between(left, right, 1.3), pointOf(landmarks, 16)],
  ].map(([from, to]) => line(`M${xy(from!)} L${xy(to!)}`, colour, 0.09 * apart, 1))
  return [lens(left), lens(right), ...frame].join('')
}

/** The left, right, upper or lower half of the face behind something plain or patterned. */
export function coverHalf(landmarks: Landmarks, random: () => number): string {
  const [brows, chin] = [pointOf(landmarks, 27), pointOf(landmarks, 8)]
  const height = distance(brows, chin)
  const down = { x: (chin.x - brows.x) / height, y: (chin.y - brows.y) / height }
  const across = { x: down.y, y: -down.x }
  const middle = pointOf(landmarks, 29)
  // Reaches over ear, hair and throat.
  const [aside, along] = [0.95 * height, 1.3 * height]
  const corner = (right: number, below: number): Point => ({
    x: middle.x + aside * right * across.x + along * below * down.x,
    y: middle.y + aside * right * across.y + along * below * down.y,
  })
  const [fromX, toX, fromY, toY] = pick(
    [
      [-1, 0, -1, 1],
      [0, 1, -1, 1],
      [-1, 1, -1, 0],
      [-1, 1, 0, 1],
    ] as const,
    random,
  )
  const corners = [corner(fromX, fromY), corner(toX, fromY), corner(toX, toY), corner(fromX, toY)]
  const shape = `points="${corners.map(xy).join(' ')}"`
  const plain = `<polygon ${shape} fill="${pick(COVER_COLOURS, random)}"/>`
  return random() < 0.5 ? plain : `${drawPattern(height, random)}${plain}<polygon ${shape} fill="url(#cover)"/>`
}

/** Stripes, checks or dots, named `cover`, in a second colour. */
function drawPattern(faceHeight: number, random: () => number): string {
  const side = faceHeight * (0.08 + 0.2 * random())
  const ink = pick(COVER_COLOURS, random)
  const motif = pick(
    [
      `<rect width="${side / 2}" height="${side}" fill="${ink}"/>`,
      `<path d="M0 0H${side / 2}V${side}H${side}V${side / 2}H0Z" fill="${ink}"/>`,
      `<circle cx="${side / 2}" cy="${side / 2}" r="${side / 3}" fill="${ink}"/>`,
    ],
    random,
  )
  return `<defs><pattern id="cover" width="${side}" height="${side}" patternUnits="userSpaceOnUse"
    patternTransform="rotate(${180 * random()})">${motif}</pattern></defs>`
}

function line(path: string, colour: string, width: number, opacity: number): string {
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="${opacity}"/>`
}

function pointOf(landmarks: Landmarks, i: number): Point {
  return { x: landmarks[2 * i]!, y: landmarks[2 * i + 1]! }
}

function centreOf(landmarks: Landmarks, first: number, last: number): Point {
  const points = range(first, last).map((i) => pointOf(landmarks, i))
  const sum = points.reduce((p, q) => ({ x: p.x + q.x, y: p.y + q.y }))
  return { x: sum.x / points.length, y: sum.y / points.length }
}

/** The point at `share` of the way from `a` to `b`. */
function between(a: Point, b: Point, share: number): Point {
  return { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y)
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function xy({ x, y }: Point): string {
  return `${x.toFixed(2)},${y.toFixed(2)}`
}

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!
}
