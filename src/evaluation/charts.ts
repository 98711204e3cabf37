import type { Report } from './report.js'

/** The drawing surface of both charts, in units of their own; letters stay readable at the width of a telephone. */
const WIDTH = 420
const HEIGHT = 280
const FRAME = { left: 52, right: 408, top: 12, bottom: 236 } as const

type Scale = (value: number) => number

interface Tick {
  readonly at: number
  readonly label: string
}

function createScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain
  const [start, end] = range
  return (value) => Math.round((start + ((value - low) / (high - low)) * (end - start)) * 10) / 10
}

/** Short enough for the margin. */
function labelShare(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`
}

/** True accept rate over false accept rate, the latter on a logarithmic axis. */
export function drawRocChart({ roc, atScores }: Report): string {
  const lowestFar = roc[0]?.[0] ?? 1
  const decades = Math.max(1, Math.ceil(-Math.log10(lowestFar) - 1e-9))
  const lowestTar = Math.min(0.9, Math.floor((roc[0]?.[1] ?? 0) * 10) / 10)
  const x = createScale([-decades, 0], [FRAME.left, FRAME.right])
  const y = createScale([lowestTar, 1], [FRAME.bottom, FRAME.top])
  const every = Math.ceil(decades / 6)
  const xTicks = Array.from({ length: decades + 1 }, (_, i) => i)
    .filter((i) => i % every === 0)
    .map((i) => ({ at: x(-i), label: i === 0 ? '1' : `1e-${i}` }))
  const yTicks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const tar = lowestTar + share * (1 - lowestTar)
    return { at: y(tar), label: labelShare(tar) }
  })
  const line = roc.map(([far, tar]) => `${x(Math.log10(far))},${y(tar)}`).join(' ')
  const marks = atScores
    .filter(({ far, tar }) => far > 0 && tar >= lowestTar)
    .map(({ score, far, tar }) => {
      const [cx, cy] = [x(Math.log10(far)), y(tar)]
      return `<circle class="mark" cx="${cx}" cy="${cy}" r="4"/><text x="${cx}" y="${cy + 18}" text-anchor="middle">${score}</text>`
    })
  return drawFrame(
    'ROC curve: true accept rate over false accept rate',
    `<polyline class="curve" points="${line}"/>${marks.join('')}`,
    { xTicks, yTicks, xTitle: 'false accept rate (dots: scores 70, 80, 90)' },
  )
}

/** How genuine and impostor pairs spread over the score. */
export function drawHistogram({ scoreHistogram: { genuine, impostor } }: Report): string {
  const highest = Math.max(...genuine, ...impostor)
  const x = createScale([0, genuine.length], [FRAME.left, FRAME.right])
  const y = createScale([0, highest], [FRAME.bottom, FRAME.top])
  const bars = (shares: readonly number[], name: string): string =>
    shares
      .map((share, i) => ({ left: x(i), width: x(i + 1) - x(i), top: y(share), share }))
      .filter(({ share }) => share > 0)
      // At least a hair high: a single pair out of millions must be seen.
      .map(({ left, width, top }) => {
        const height = Math.max(1, FRAME.bottom - top)
        return `<rect class="${name}" x="${left}" y="${(FRAME.bottom - height).toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"/>`
      })
      .join('')
  const xTicks = [0, 20, 40, 60, 70, 80, 90, 100].map((score) => ({
    at: x((score / 100) * genuine.length),
    label: String(score),
  }))
  const yTicks = [0, 0.5, 1].map((share) => ({
    at: y(share * highest),
    label: labelShare(share * highest),
  }))
  return drawFrame(
    'Histogram of scores: share of genuine and of impostor pairs',
    bars(impostor, 'impostor') + bars(genuine, 'genuine'),
    { xTicks, yTicks, xTitle: 'score' },
  )
}

interface Axes {
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  readonly xTitle: string
}

function drawFrame(title: string, content: string, { xTicks, yTicks, xTitle }: Axes): string {
  const { left, right, top, bottom } = FRAME
  const columns = xTicks.map(
    ({ at, label }) =>
      `<line class="grid" x1="${at}" y1="${top}" x2="${at}" y2="${bottom}"/><text x="${at}" y="${bottom + 17}" text-anchor="middle">${label}</text>`,
  )
  const rows = yTicks.map(
    ({ at, label }) =>
      `<line class="grid" x1="${left}" y1="${at}" x2="${right}" y2="${at}"/><text x="${left - 6}" y="${at + 4}" text-anchor="end">${label}</text>`,
  )
  const middle = (left + right) / 2
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${columns.join('')}${rows.join('')}${content}<text x="${middle}" y="${HEIGHT - 6}" text-anchor="middle">${xTitle}</text></svg>`
}
