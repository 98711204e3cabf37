/** Icons and logos: shapes that mean something else than a face. All stand in a square from -1 to 1. */
import { between, type Chance, type Half, pick, pickColour } from './random-choices.js'

type Draw = (ink: string, random: () => number) => string

export function drawIcon({ random, half }: Chance): string {
  return pick(ICONS[half], random)(pickColour(random), random)
}

export function drawLogo({ random, half }: Chance): string {
  return pick(LOGOS[half], random)(pickColour(random), random)
}

const ICONS: Readonly<Record<Half, readonly Draw[]>> = {
  fit: [
    (ink) => `<path d="M-.9 0L0 -.9L.9 0H.65V.9H.2V.3H-.2V.9H-.65V0z" fill="${ink}"/>`,
    (ink) =>
      `<rect x="-.9" y="-.6" width="1.8" height="1.2" fill="${ink}"/><path d="M-.9 -.6L0 .15L.9 -.6" fill="none" stroke="#fff" stroke-width=".1"/>`,
    (ink) => `<path d="M0 .9C-1.6 -.3 -.5 -1.2 0 -.45C.5 -1.2 1.6 -.3 0 .9z" fill="${ink}"/>`,
    (ink, random) => drawGear(ink, 6 + Math.floor(6 * random())),
    // A socket for a plug.
    (ink, random) =>
      `<rect x="-.9" y="-.9" width="1.8" height="1.8" rx=".2" fill="#f4f4ee" stroke="#999" stroke-width=".05"/><circle r=".7" fill="#e2e2da" stroke="${ink}" stroke-width=".05"/>
       <circle cx="-.28" r="${between(0.07, 0.12, random)}" fill="#222"/><circle cx=".28" r="${between(0.07, 0.12, random)}" fill="#222"/>`,
    (ink) =>
      `<rect x="-.6" y="-.1" width="1.2" height=".95" rx=".1" fill="${ink}"/><path d="M-.38 -.1V-.45A.38 .38 0 0 1 .38 -.45V-.1" fill="none" stroke="${ink}" stroke-width=".14"/><circle cy=".3" r=".12" fill="#fff"/>`,
    (ink) => `<path d="M-.9 -.2H.2V-.6L.9 0L.2 .6V.2H-.9z" fill="${ink}"/>`,
    // A window with its panes.
    (ink) =>
      `<rect x="-.8" y="-.9" width="1.6" height="1.8" fill="#cde" stroke="${ink}" stroke-width=".14"/><path d="M0 -.9V.9M-.8 -.1H.8" stroke="${ink}" stroke-width=".1"/>`,
  ],
  report: [
    (ink, random) => drawClock(ink, random),
    // A camera.
    (ink) =>
      `<rect x="-.95" y="-.5" width="1.9" height="1.2" rx=".15" fill="${ink}"/><rect x="-.35" y="-.75" width=".7" height=".3" fill="${ink}"/><circle cy=".1" r=".4" fill="#eee"/><circle cy=".1" r=".25" fill="#335"/>`,
    (ink, random) => drawCar(ink, random),
    // A bell.
    (ink) =>
      `<path d="M-.8 .55Q-.5 .3 -.5 -.15A.5 .5 0 0 1 .5 -.15Q.5 .3 .8 .55z" fill="${ink}"/><circle cy=".7" r=".17" fill="${ink}"/>`,
    (ink, random) => drawButton(ink, random() < 0.5 ? 2 : 4),
    // A magnifying glass.
    (ink) =>
      `<circle cx="-.2" cy="-.2" r=".55" fill="none" stroke="${ink}" stroke-width=".17"/><path d="M.2 .2L.85 .85" stroke="${ink}" stroke-width=".22"/>`,
    // A cassette.
    (
      ink,
    ) => `<rect x="-.95" y="-.62" width="1.9" height="1.25" rx=".1" fill="${ink}"/><rect x="-.75" y="-.45" width="1.5" height=".65" fill="#eee"/>
       <circle cx="-.4" cy="-.12" r=".2" fill="#333"/><circle cx=".4" cy="-.12" r=".2" fill="#333"/><path d="M-.5 .63L-.4 .35H.4L.5 .63z" fill="#999"/>`,
    (ink) =>
      `<path d="M-.7 -.5H.5V.3Q.5 .7 -.1 .7T-.7 .3zM.5 -.3H.7A.25 .25 0 0 1 .7 .2H.5" fill="${ink}" stroke="${ink}" stroke-width=".08"/><path d="M-.9 .85H.8" stroke="${ink}" stroke-width=".1"/>`,
  ],
}

const LOGOS: Readonly<Record<Half, readonly Draw[]>> = {
  fit: [
    (ink) =>
      [-0.55, 0, 0.55]
        .map((x) => `<circle cx="${x}" r=".38" fill="none" stroke="${ink}" stroke-width=".11"/>`)
        .join(''),
    (ink, random) =>
      [0.9, 0.65, 0.4, 0.18]
        .map((r, i) => `<circle r="${r}" fill="${i % 2 === 0 ? ink : pickColour(random)}"/>`)
        .join(''),
    (ink, random) =>
      Array.from(
        { length: 4 },
        (_, i) =>
          `<rect x="${-0.9 + 0.47 * i}" y="${between(-0.9, 0.3, random)}" width=".36" height="${between(0.4, 1.2, random)}" fill="${ink}"/>`,
      ).join(''),
    (ink, random) =>
      `<path d="M0 -.9L.9 .8H-.9z" fill="${ink}"/><path d="M0 -.3L.45 .55H-.45z" fill="${pickColour(random)}"/>`,
    (ink, random) =>
      scatter(
        random,
        (x, y, r) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${random() < 0.5 ? ink : pickColour(random)}"/>`,
      ),
    // Two discs over a bar.
    (ink, random) =>
      `<circle cx="-.45" cy="-.3" r="${between(0.2, 0.4, random)}" fill="${ink}"/><circle cx=".45" cy="-.3" r="${between(0.2, 0.4, random)}" fill="${ink}"/><rect x="-.7" y=".35" width="1.4" height="${between(0.1, 0.4, random)}" fill="${ink}"/>`,
  ],
  report: [
    (ink, random) =>
      [0, 60, 120]
        .map(
          (turn) =>
            `<ellipse rx=".9" ry=".35" transform="rotate(${turn})" fill="${random() < 0.5 ? 'none' : ink}" stroke="${ink}" stroke-width=".08" opacity=".8"/>`,
        )
        .join(''),
    (ink) => `<path d="M.3 -.9A.9 .9 0 1 0 .3 .9A.7 .7 0 1 1 .3 -.9z" fill="${ink}"/>`,
    (ink, random) =>
      [
        [-0.45, -0.26],
        [0.45, -0.26],
        [0, 0.52],
      ]
        .map(
          ([x = 0, y = 0]) =>
            `<polygon transform="translate(${x} ${y}) scale(.45)" points="${corners(6)}" fill="${random() < 0.6 ? ink : pickColour(random)}"/>`,
        )
        .join(''),
    (ink, random) =>
      `<polygon points="${corners(5 + Math.floor(6 * random()), between(0.35, 0.7, random))}" fill="${ink}"/>`,
    (ink, random) =>
      `<path d="M-.9 .3C-.4 -.9 .3 .9 .9 -.4" fill="none" stroke="${ink}" stroke-width="${between(0.15, 0.4, random)}"/><circle cx=".5" cy=".5" r=".2" fill="${pickColour(random)}"/>`,
    (ink, random) =>
      scatter(
        random,
        (x, y, r) =>
          `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${1.4 * r}" transform="rotate(${between(0, 90, random)} ${x} ${y})" fill="${random() < 0.5 ? ink : pickColour(random)}"/>`,
      ),
    // A shield with a chevron and two studs.
    (ink, random) =>
      `<path d="M-.75 -.85H.75V.1Q.7 .65 0 .95Q-.7 .65 -.75 .1z" fill="${ink}"/><path d="M-.6 .35L0 -.1L.6 .35" fill="none" stroke="${pickColour(random)}" stroke-width=".2"/><circle cx="-.35" cy="-.45" r=".15" fill="#fff"/><circle cx=".35" cy="-.45" r=".15" fill="#fff"/>`,
  ],
}

function drawGear(ink: string, count: number): string {
  const tooth = (i: number) =>
    `<rect x="-.14" y="-.95" width=".28" height=".4" transform="rotate(${(360 * i) / count})" fill="${ink}"/>`
  return `${Array.from({ length: count }, (_, i) => tooth(i)).join('')}<circle r=".7" fill="${ink}"/><circle r=".28" fill="#fff"/>`
}

function drawClock(ink: string, random: () => number): string {
  const hand = (length: number) =>
    `<path d="M0 0V${-length}" transform="rotate(${between(0, 360, random)})" stroke="#222" stroke-width=".08"/>`
  const mark = (i: number) => `<path d="M0 -.85V-.7" transform="rotate(${30 * i})" stroke="#222" stroke-width=".06"/>`
  return `<circle r=".92" fill="#fafafa" stroke="${ink}" stroke-width=".12"/>${Array.from({ length: 12 }, (_, i) => mark(i)).join('')}${hand(0.45)}${hand(0.7)}`
}

/** From the front: two lamps and a grille. */
function drawCar(ink: string, random: () => number): string {
  const lamp = between(0.12, 0.2, random)
  return `<path d="M-.6 -.15L-.45 -.7H.45L.6 -.15z" fill="#9bd"/><rect x="-.9" y="-.2" width="1.8" height=".75" rx=".2" fill="${ink}"/><rect x="-.35" y=".15" width=".7" height=".25" fill="#222"/>
    <circle cx="-.62" cy=".08" r="${lamp}" fill="#ffd"/><circle cx=".62" cy=".08" r="${lamp}" fill="#ffd"/><rect x="-.8" y=".5" width=".3" height=".35" fill="#222"/><rect x=".5" y=".5" width=".3" height=".35" fill="#222"/>`
}

function drawButton(ink: string, holes: 2 | 4): string {
  const at =
    holes === 2
      ? [
          [-0.25, 0],
          [0.25, 0],
        ]
      : [
          [-0.22, -0.22],
          [0.22, -0.22],
          [-0.22, 0.22],
          [0.22, 0.22],
        ]
  const dots = at.map(([x = 0, y = 0]) => `<circle cx="${x}" cy="${y}" r=".11" fill="#222"/>`).join('')
  return `<circle r=".9" fill="${ink}"/><circle r=".7" fill="none" stroke="#0005" stroke-width=".06"/>${dots}`
}

function scatter(random: () => number, draw: (x: number, y: number, r: number) => string): string {
  const one = () => draw(between(-0.8, 0.8, random), between(-0.8, 0.8, random), between(0.1, 0.4, random))
  return Array.from({ length: 3 + Math.floor(6 * random()) }, one).join('')
}

/** Corners of a polygon; with an inner radius, of a star. */
function corners(count: number, inner?: number): string {
  const steps = inner === undefined ? count : 2 * count
  return Array.from({ length: steps }, (_, i) => {
    const r = inner !== undefined && i % 2 === 1 ? inner : 1
    const angle = (2 * Math.PI * i) / steps
    return `${(r * Math.sin(angle)).toFixed(3)},${(-r * Math.cos(angle)).toFixed(3)}`
  }).join(' ')
}
