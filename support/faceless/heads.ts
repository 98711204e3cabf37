/** Drawn heads, which are no faces of anybody: smileys and icons. All stand in a square from -1 to 1. */
import { between, type Chance, type Half, pick, pickColour } from './random-choices.js'

type Draw = (random: () => number) => string

const DARK = ['#222', '#000', '#402a16', '#333a4a']

export function drawSmileyFace({ random, half }: Chance): string {
  return pick(SMILEYS[half], random)(random)
}

export function drawIconFace({ random, half }: Chance): string {
  return pick(ICON_FACES[half], random)(random)
}

const SMILEYS: Readonly<Record<Half, readonly Draw[]>> = {
  fit: [
    (random) => disc(random) + dotEyes(random, 1) + mouthLine(random, between(-0.3, 0.45, random)),
    (random) => disc(random) + dotEyes(random, 1.6) + mouthLine(random, between(0.1, 0.5, random)) + cheeks(random),
    (random) => disc(random) + dotEyes(random, 1) + openMouth(random),
    (random) => outline(random) + dotEyes(random, 1) + mouthLine(random, 0.35),
    (random) => disc(random) + crossEyes(random) + openMouth(random),
    (random) => disc(random) + roundGlasses(random) + tongue(random),
    (random) => disc(random) + heartEyes(random) + mouthLine(random, between(0.2, 0.5, random)),
    (random) => outline(random) + crossEyes(random) + moustache(random),
    (random) => box(random) + roundGlasses(random) + moustache(random) + mouthLine(random, 0.1),
  ],
  report: [
    (random) => box(random) + dotEyes(random, 1.3) + mouthLine(random, between(-0.3, 0.4, random)),
    (random) => disc(random) + ringEyes(random) + mouthLine(random, between(0, 0.4, random)) + brows(random),
    (random) => disc(random) + sunGlasses(random) + mouthLine(random, 0.3),
    (random) => disc(random) + wink(random) + teeth(random),
    (random) => outline(random) + wink(random) + mouthLine(random, 0.25) + brows(random),
  ],
}

const ICON_FACES: Readonly<Record<Half, readonly Draw[]>> = {
  fit: [
    ...[drawCat, drawRobot, drawSkull, drawSilhouette, drawCartoon],
    ...[drawOwl, drawSnowman, drawPumpkin, drawLion, drawMask],
  ],
  report: [drawBear, drawGhost, drawAlien, drawBust, drawPuppet],
}

function line(random: () => number, width = between(0.05, 0.12, random)): string {
  return `stroke="${pick(DARK, random)}" stroke-width="${width}" stroke-linecap="round"`
}

function disc(random: () => number): string {
  const fill = random() < 0.6 ? `hsl(${between(40, 55, random)},100%,${between(45, 65, random)}%)` : pickColour(random)
  return `<circle r=".95" fill="${fill}" ${random() < 0.5 ? line(random, 0.06) : ''}/>`
}

function outline(random: () => number): string {
  return `<circle r=".92" fill="none" ${line(random)}/>`
}

function box(random: () => number): string {
  return `<rect x="-.9" y="-.9" width="1.8" height="1.8" rx="${between(0, 0.5, random)}" fill="${pickColour(random)}" ${line(random, 0.05)}/>`
}

function pair(draw: (side: number) => string): string {
  return draw(-1) + draw(1)
}

function dotEyes(random: () => number, tall: number): string {
  const [x, y, r] = [between(0.25, 0.42, random), between(-0.35, -0.15, random), between(0.07, 0.17, random)]
  const fill = pick(DARK, random)
  return pair((side) => `<ellipse cx="${side * x}" cy="${y}" rx="${r}" ry="${tall * r}" fill="${fill}"/>`)
}

function ringEyes(random: () => number): string {
  const [x, y, r] = [between(0.28, 0.4, random), between(-0.35, -0.15, random), between(0.14, 0.26, random)]
  const look = between(-0.4, 0.4, random) * r
  return pair(
    (side) => `<circle cx="${side * x}" cy="${y}" r="${r}" fill="#fff" stroke="#222" stroke-width=".04"/>
      <circle cx="${side * x + look}" cy="${y}" r="${0.45 * r}" fill="${pick(DARK, random)}"/>`,
  )
}

function wink(random: () => number): string {
  const [x, y] = [between(0.28, 0.4, random), between(-0.3, -0.15, random)]
  return `<circle cx="${-x}" cy="${y}" r="${between(0.09, 0.15, random)}" fill="#222"/>
    <path d="M${x - 0.17} ${y}q.17 -.18 .34 0" fill="none" ${line(random, 0.07)}/>`
}

function brows(random: () => number): string {
  const [y, tilt] = [between(-0.65, -0.5, random), between(-0.12, 0.12, random)]
  return pair((side) => `<path d="M${side * 0.18} ${y + tilt}L${side * 0.5} ${y - tilt}" ${line(random, 0.07)}/>`)
}

function crossEyes(random: () => number): string {
  const [x, y, r] = [between(0.28, 0.42, random), between(-0.35, -0.15, random), between(0.08, 0.16, random)]
  const cross = (side: number) =>
    `M${side * x - r} ${y - r}L${side * x + r} ${y + r}M${side * x + r} ${y - r}L${side * x - r} ${y + r}`
  return pair((side) => `<path d="${cross(side)}" ${line(random, 0.07)}/>`)
}

function roundGlasses(random: () => number): string {
  const r = between(0.2, 0.3, random)
  const glass = pair(
    (side) =>
      `<circle cx="${side * 0.38}" cy="-.22" r="${r}" fill="#fff" fill-opacity=".5" stroke="#222" stroke-width=".06"/>`,
  )
  return `${dotEyes(random, 1)}${glass}<path d="M${r - 0.38} -.22H${0.38 - r}" ${line(random, 0.05)}/>`
}

function heartEyes(random: () => number): string {
  const [x, r] = [between(0.34, 0.42, random), between(0.18, 0.28, random)]
  const heart = (cx: number) =>
    `M${cx} ${r - 0.25}Q${cx - 1.6 * r} ${-0.25 - 0.4 * r} ${cx} ${-0.25 - 0.5 * r}Q${cx + 1.6 * r} ${-0.25 - 0.4 * r} ${cx} ${r - 0.25}z`
  return pair((side) => `<path d="${heart(side * x)}" fill="#e22"/>`)
}

function tongue(random: () => number): string {
  const y = between(0.25, 0.4, random)
  return `<path d="M-.45 ${y}H.45" ${line(random)}/><path d="M0 ${y}v.22a.13 .13 0 0 0 .26 0v-.22z" fill="#f57"/>`
}

function moustache(random: () => number): string {
  const fill = pick(DARK, random)
  return pair((side) => `<path d="M0 .2Q${side * 0.25} .05 ${side * 0.55} .35Q${side * 0.25} .4 0 .2" fill="${fill}"/>`)
}

function cheeks(random: () => number): string {
  const r = between(0.1, 0.18, random)
  return pair((side) => `<circle cx="${side * 0.6}" cy=".15" r="${r}" fill="#f66" opacity=".6"/>`)
}

function mouthLine(random: () => number, curve: number): string {
  const [x, y] = [between(0.25, 0.6, random), between(0.25, 0.45, random)]
  return `<path d="M${-x} ${y}Q0 ${y + 2 * curve} ${x} ${y}" fill="none" ${line(random)}/>`
}

function openMouth(random: () => number): string {
  const x = between(0.3, 0.6, random)
  return `<path d="M${-x} .2H${x}Q${x} .75 0 .75T${-x} .2z" fill="#622" ${line(random, 0.03)}/>`
}

function teeth(random: () => number): string {
  const x = between(0.35, 0.6, random)
  const gaps = [-0.5, 0, 0.5].map((at) => `<path d="M${at * x} .2v.3" stroke="#888" stroke-width=".03"/>`).join('')
  return `<rect x="${-x}" y=".2" width="${2 * x}" height=".3" rx=".1" fill="#fff" stroke="#222" stroke-width=".04"/>${gaps}`
}

function sunGlasses(random: () => number): string {
  const r = between(0.22, 0.32, random)
  return `${pair((side) => `<rect x="${side * 0.4 - r}" y="-.45" width="${2 * r}" height="${1.3 * r}" rx=".12" fill="#111"/>`)}
    <path d="M-.9 -.38H.9" stroke="#111" stroke-width=".08"/>`
}

function drawCat(random: () => number): string {
  const fill = pickColour(random)
  const ears = pair((side) => `<path d="M${side * 0.8} -.2L${side * 0.75} -.95L${side * 0.2} -.6z" fill="${fill}"/>`)
  const hairs = pair(
    (side) =>
      `<path d="M${side * 0.3} .25L${side * 0.95} .15M${side * 0.3} .32L${side * 0.95} .4" ${line(random, 0.03)}/>`,
  )
  return `${ears}<circle cy=".1" r=".8" fill="${fill}"/>${dotEyes(random, 1.5)}<path d="M-.1 .15h.2L0 .27z" fill="#822"/>
    <path d="M-.2 .42Q-.1 .5 0 .3Q.1 .5 .2 .42" fill="none" ${line(random, 0.05)}/>${hairs}`
}

function drawRobot(random: () => number): string {
  const eyes =
    random() < 0.5
      ? ringEyes(random)
      : pair((side) => `<rect x="${side * 0.4 - 0.18}" y="-.4" width=".36" height=".26" fill="#cff"/>`)
  return `<path d="M0 -.95V-.6" ${line(random, 0.06)}/><circle cy="-.92" r=".08" fill="#c33"/>
    <rect x="-.85" y="-.7" width="1.7" height="1.5" rx=".15" fill="${pickColour(random)}" ${line(random, 0.05)}/>${eyes}${teeth(random)}`
}

function drawSkull(random: () => number): string {
  const r = between(0.18, 0.27, random)
  return `<ellipse cy="-.15" rx=".8" ry=".75" fill="#eee" ${line(random, 0.05)}/><rect x="-.45" y=".35" width=".9" height=".55" rx=".1" fill="#eee"/>
    ${pair((side) => `<circle cx="${side * 0.35}" cy="-.1" r="${r}" fill="#111"/>`)}<path d="M0 .12L-.1 .32H.1z" fill="#111"/>
    <path d="M-.25 .6v.25M0 .6v.25M.25 .6v.25" stroke="#111" stroke-width=".06"/>`
}

/** The sign for a user. */
function drawSilhouette(random: () => number): string {
  const fill = pickColour(random)
  return `<circle cy="-.3" r="${between(0.35, 0.5, random)}" fill="${fill}"/><path d="M-.85 1Q-.8 .3 0 .3T.85 1z" fill="${fill}"/>`
}

/** Skin, hair, eyes with a light in them, nose and mouth: as near to a person as a sign gets. */
function drawCartoon(random: () => number): string {
  const hair = pick(['#222', '#5a3a1a', '#c93', '#888', '#a33'], random)
  return `<ellipse cy="-.1" rx=".78" ry=".85" fill="${hair}"/><ellipse cy=".1" rx=".62" ry=".78" fill="${skin(random)}"/>
    <path d="M-.66 -.1Q-.5 -.75 0 -.7T.66 -.1Q.3 -.4 -.1 -.35T-.66 -.1" fill="${hair}"/>${ringEyes(random)}
    <path d="M0 -.05L-.08 .25H.06" fill="none" ${line(random, 0.04)}/><path d="M-.25 .48Q0 .65 .25 .48z" fill="#b44"/>`
}

function drawBear(random: () => number): string {
  const fill = pickColour(random)
  return `${pair((side) => `<circle cx="${side * 0.65}" cy="-.65" r=".3" fill="${fill}" ${line(random, 0.04)}/>`)}<circle r=".85" fill="${fill}"/>
    ${dotEyes(random, 1)}<ellipse cy=".35" rx=".38" ry=".3" fill="#eed"/><ellipse cy=".22" rx=".14" ry=".1" fill="#222"/>
    <path d="M0 .3v.15M-.15 .5Q0 .58 .15 .5" fill="none" ${line(random, 0.04)}/>`
}

function drawGhost(random: () => number): string {
  return `<path d="M-.75 .95V-.2A.75 .75 0 0 1 .75 -.2V.95L.4 .7L0 .95L-.4 .7z" fill="${pickColour(random)}" ${line(random, 0.05)}/>
    ${dotEyes(random, 1.8)}<ellipse cy=".25" rx=".14" ry=".2" fill="#222"/>`
}

function drawAlien(random: () => number): string {
  return `<path d="M0 .95Q-.85 .2 -.75 -.35A.75 .65 0 0 1 .75 -.35Q.85 .2 0 .95z" fill="${pickColour(random)}" ${line(random, 0.04)}/>
    ${pair((side) => `<ellipse transform="rotate(${side * -25} ${side * 0.33} -.1)" cx="${side * 0.33}" cy="-.1" rx=".24" ry=".14" fill="#111"/>`)}
    <path d="M-.12 .55H.12" ${line(random, 0.04)}/>`
}

/** Head and shoulders, with nothing in the face or glasses alone. */
function drawBust(random: () => number): string {
  const glasses = random() < 0.5 ? `<g transform="translate(0 -.12) scale(.6)">${sunGlasses(random)}</g>` : ''
  return `<path d="M-.9 1V.8Q-.8 .45 -.2 .4V.2H.2V.4Q.8 .45 .9 .8V1z" fill="${pickColour(random)}"/>
    <ellipse cy="-.25" rx=".45" ry=".6" fill="${skin(random)}"/><path d="M-.5 -.25Q-.5 -.95 0 -.95T.5 -.25Q.3 -.55 0 -.55T-.5 -.25" fill="${pick(DARK, random)}"/>${glasses}`
}

/** A head of another make than the cartoon's: square chin, dots for eyes, brows, beard or none. */
function drawPuppet(random: () => number): string {
  const beard =
    random() < 0.5 ? `<path d="M-.6 .2Q-.6 .9 0 .9T.6 .2Q.4 .45 0 .45T-.6 .2" fill="${pick(DARK, random)}"/>` : ''
  return `<path d="M-.6 -.6H.6V.3Q.55 .85 0 .88T-.6 .3z" fill="${skin(random)}" ${line(random, 0.03)}/>
    <path d="M-.68 -.15V-.6Q-.6 -.95 0 -.95T.68 -.6V-.15L.5 -.5H-.5z" fill="${pick(DARK, random)}"/>${beard}
    <g transform="scale(.75)">${dotEyes(random, 1)}${brows(random)}</g><circle cy=".1" r=".1" fill="#a54" opacity=".7"/>${mouthLine(random, 0.1)}`
}

function skin(random: () => number): string {
  return `hsl(${between(12, 35, random)},${between(30, 65, random)}%,${between(30, 82, random)}%)`
}

function drawOwl(random: () => number): string {
  const fill = pickColour(random)
  const tufts = pair((side) => `<path d="M${side * 0.75} -.3L${side * 0.7} -.98L${side * 0.25} -.65z" fill="${fill}"/>`)
  const eyes = pair(
    (side) =>
      `<circle cx="${side * 0.35}" cy="-.15" r=".32" fill="#fff" ${line(random, 0.05)}/><circle cx="${side * 0.35}" cy="-.15" r="${between(0.08, 0.2, random)}" fill="#111"/>`,
  )
  return `${tufts}<ellipse cy=".05" rx=".82" ry=".88" fill="${fill}"/>${eyes}<path d="M-.12 .08h.24L0 .36z" fill="#e90"/>`
}

/** Coal for eyes and mouth. */
function drawSnowman(random: () => number): string {
  const bend = between(0, 0.25, random)
  const coals = [-0.4, -0.2, 0, 0.2, 0.4]
    .map((x) => `<circle cx="${x}" cy="${0.5 - 4 * bend * x * x + bend}" r=".06" fill="#222"/>`)
    .join('')
  return `<circle cy=".1" r=".85" fill="#f4f8ff" ${line(random, 0.03)}/><path d="M-.6 -.6H.6V-.72H.4V-1H-.4V-.72H-.6z" fill="#222"/>
    ${dotEyes(random, 1)}<path d="M0 .1L${between(0.35, 0.6, random)} .2L0 .26z" fill="#f80"/>${coals}`
}

function drawPumpkin(random: () => number): string {
  const glow = pick(['#fe6', '#221100', '#fb3'], random)
  const eyes = pair((side) => `<path d="M${side * 0.55} -.1L${side * 0.35} -.45L${side * 0.15} -.1z" fill="${glow}"/>`)
  const ribs = pair(
    (side) => `<ellipse cx="${side * 0.35}" rx=".5" ry=".78" fill="none" stroke="#b50" stroke-width=".04"/>`,
  )
  return `<ellipse rx=".95" ry=".82" fill="hsl(${between(18, 34, random)},95%,52%)"/>${ribs}<path d="M-.08 -.75h.16v-.22h-.16z" fill="#372"/>
    ${eyes}<path d="M0 0L-.1 .16H.1z" fill="${glow}"/><path d="M-.6 .25L-.4 .4L-.2 .28L0 .42L.2 .28L.4 .4L.6 .25Q.4 .65 0 .65T-.6 .25" fill="${glow}"/>`
}

function drawLion(random: () => number): string {
  const mane = Array.from({ length: 14 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 14
    return `<circle cx="${0.72 * Math.cos(angle)}" cy="${0.72 * Math.sin(angle)}" r=".25" fill="#a5601c"/>`
  }).join('')
  return `${mane}<circle r=".68" fill="hsl(${between(32, 45, random)},85%,60%)"/>${dotEyes(random, 1.3)}
    <path d="M-.16 .08h.32L0 .25z" fill="#422"/><path d="M0 .25V.36Q-.15 .5 -.3 .38M0 .36Q.15 .5 .3 .38" fill="none" ${line(random, 0.05)}/>`
}

/** Of the theatre: holes for eyes and mouth. */
function drawMask(random: () => number): string {
  const [fill, hole] = [pickColour(random), pick(['#000', '#fff', '#345'], random)]
  const curve = between(-0.35, 0.5, random)
  const eyes = pair(
    (side) =>
      `<path d="M${side * 0.15} -.2Q${side * 0.4} -.45 ${side * 0.62} -.15Q${side * 0.4} -.1 ${side * 0.15} -.2" fill="${hole}"/>`,
  )
  return `<path d="M-.8 -.85Q0 -.65 .8 -.85Q.95 .6 0 .98Q-.95 .6 -.8 -.85" fill="${fill}" ${line(random, 0.04)}/>${eyes}
    <path d="M-.45 .35Q0 ${0.35 + curve} .45 .35Q0 ${0.5 + 1.3 * curve} -.45 .35" fill="${hole}"/><path d="M0 -.1L-.08 .18H.08" fill="none" ${line(random, 0.03)}/>`
}
