/** Words: in fonts of the machine, and in letters of five times seven cells, which look the same on every machine. */
import { between, type Chance, type Half, pick, pickColours } from './random-choices.js'

/** Seven rows of five cells each, a digit to the base 32 a row. */
const CELLS: Readonly<Record<string, string>> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  '%': 'op248j3',
  '.': '00000cc',
  ':': '0cc0cc0',
  '-': '000v000',
  '!': '4444404',
  '?': 'eh12404',
  '&': 'cik8lid',
  '@': 'ehnlnge',
  ' ': '0000000',
}
const COLUMNS = 5
const ROWS = 7

const WORDS: Readonly<Record<Half, readonly string[]>> = {
  fit: [
    'OFF',
    'ON',
    'SALE 50 %',
    'Lorem ipsum',
    'OPEN',
    'No. 8',
    'OOO',
    'QQ',
    '10:09',
    'Invoice 4711',
    'STOP',
    'EXIT',
    'Hello',
    'B',
    'O',
    '8',
    '@',
    'WOW',
    'Taxi',
    '404',
    'Ristorante',
    '2026',
    'Boo',
    'A4',
    'fragile',
    'OK!',
    '88:88',
    'e',
    'Bau',
    '%',
    'kvkontor',
    'Q8',
    'dolor sit amet',
  ],
  report: [
    'FREE',
    'CLOSED',
    'Menu',
    'UPS',
    '007',
    'No smoking',
    '12:30',
    'Cafe',
    'GO',
    '&',
    'Hotel',
    'D',
    'Q',
    '6',
    'HOME',
    'Zoo',
    'ticket 1203',
    'BOB',
    '69',
    'www.example.org',
    'Mon-Fri',
    '-20 %',
    'push',
    'C',
    'oo',
    'VIP',
    'consectetur',
    'DVD',
    'Gate 36',
    '?',
    'Post',
    'GOOGOL',
    '00:00',
  ],
}

/** Family and style; what a machine does not have it replaces. */
const FONTS: Readonly<Record<Half, readonly string[]>> = {
  fit: [
    'font-family="sans-serif"',
    'font-family="sans-serif" font-weight="bold"',
    'font-family="serif" font-style="italic"',
    'font-family="monospace" font-style="italic"',
  ],
  report: [
    'font-family="serif"',
    'font-family="serif" font-weight="bold"',
    'font-family="monospace" font-weight="bold"',
    'font-family="sans-serif" font-style="italic"',
    'font-family="sans-serif" font-stretch="condensed"',
  ],
}

/** One word, or lines of them, in a font of the machine. */
export function drawFontWords(width: number, height: number, { random, half }: Chance): string {
  const [ground, ink] = pickColours(random)
  const font = pick(FONTS[half], random)
  const lines = Math.ceil(6 * random() ** 2)
  const size = (height / lines) * between(0.35, 1, random)
  const outline = random() < 0.2 ? `fill="none" stroke="${ink}" stroke-width="${size / 15}"` : `fill="${ink}"`
  const texts = Array.from({ length: lines }, (_, i) => {
    const words = lines > 1 ? `${pick(WORDS[half], random)} ${pick(WORDS[half], random)}` : pick(WORDS[half], random)
    const text = words.replace('&', '&amp;')
    // Most words are as wide as the picture, as on a sign.
    const fitted = random() < 0.5 ? `textLength="${0.9 * width}" lengthAdjust="spacingAndGlyphs"` : ''
    const transform = `translate(${0.05 * width} ${((i + 0.8) * height) / lines}) skewX(${between(-12, 12, random)})`
    return `<text transform="${transform}" font-size="${size}" ${font} ${outline} ${fitted}>${text}</text>`
  })
  return `<rect width="100%" height="100%" fill="${ground}"/>${texts.join('')}`
}

/** The same in letters of cells: as squares, as dots or as strokes from one cell to the next. */
export function drawCellWords(width: number, height: number, { random, half }: Chance): string {
  const [ground, ink] = pickColours(random)
  const lines = Math.ceil(4 * random() ** 2)
  const drawCells = pick(half === 'fit' ? [drawSquares, drawThinStrokes] : [drawDots, drawThickStrokes], random)
  const rows = Array.from({ length: lines }, (_, i) => {
    const word = pick(WORDS[half], random).toUpperCase()
    const cell = Math.min(
      ((height / lines) * between(0.5, 0.95, random)) / ROWS,
      (0.95 * width) / ((COLUMNS + 1) * word.length),
    )
    const left = (width - cell * (COLUMNS + 1) * word.length) / 2
    const top = ((i + 0.5) * height) / lines - (cell * ROWS) / 2
    const letters = [...word].map(
      (letter, k) => `<g transform="translate(${k * (COLUMNS + 1)} 0)">${drawCells(cellsOf(letter))}</g>`,
    )
    const place = `translate(${left} ${top}) scale(${cell}) skewX(${between(-10, 10, random)})`
    return `<g transform="${place}" fill="${ink}" stroke="${ink}">${letters.join('')}</g>`
  })
  return `<rect width="100%" height="100%" fill="${ground}"/>${rows.join('')}`
}

type Cell = readonly [column: number, row: number]

function cellsOf(letter: string): readonly Cell[] {
  const rows = CELLS[letter]
  if (!rows) throw new RangeError(`There are no cells for the letter ${letter}.`)
  const cells: Cell[] = []
  for (const [row, digit] of [...rows].entries()) {
    const bits = Number.parseInt(digit, 32)
    for (let column = 0; column < COLUMNS; column++) if ((bits >> (COLUMNS - 1 - column)) & 1) cells.push([column, row])
  }
  return cells
}

function drawSquares(cells: readonly Cell[]): string {
  return cells.map(([x, y]) => `<rect x="${x}" y="${y}" width="1" height="1" stroke="none"/>`).join('')
}

function drawDots(cells: readonly Cell[]): string {
  return cells.map(([x, y]) => `<circle cx="${x + 0.5}" cy="${y + 0.5}" r=".42" stroke="none"/>`).join('')
}

function drawThinStrokes(cells: readonly Cell[]): string {
  return drawStrokes(cells, 0.5)
}

function drawThickStrokes(cells: readonly Cell[]): string {
  return drawStrokes(cells, 1.1)
}

function drawStrokes(cells: readonly Cell[], width: number): string {
  const has = (x: number, y: number) => cells.some((cell) => cell[0] === x && cell[1] === y)
  const lines = cells.flatMap(([x, y]) =>
    [
      [1, 0],
      [0, 1],
      [1, 1],
      [-1, 1],
    ].flatMap(([dx = 0, dy = 0]) => {
      // A diagonal beside a corner would cut it.
      if (!has(x + dx, y + dy) || (dx !== 0 && dy !== 0 && (has(x + dx, y) || has(x, y + dy)))) return []
      return [`M${x + 0.5} ${y + 0.5}l${dx} ${dy}`]
    }),
  )
  const dots = cells.map(([x, y]) => `M${x + 0.5} ${y + 0.5}h.01`)
  return `<path d="${[...lines, ...dots].join('')}" fill="none" stroke-width="${width}" stroke-linecap="round"/>`
}
