/** The plots of the documents, drawn from what the benchmarks found. */
import type { KindFigures, SharedFigures } from '../bench/scale-figures.js'

/** Bars from left to right, each with its value, in colours that dark and light pages carry. */
function drawBars(
  title: string,
  bars: readonly { readonly label: string; readonly parts: readonly number[] }[],
  legend: readonly string[],
  unit: string,
): string {
  const height = 26
  const left = 190
  const width = 640
  const top = 44
  const total = ({ parts }: { readonly parts: readonly number[] }) => parts.reduce((sum, value) => sum + value, 0)
  const longest = Math.max(...bars.map(total))
  const perUnit = (width - left - 80) / longest
  const rows = bars.map((bar, i) => {
    const y = top + i * height
    let x = left
    const pieces = bar.parts.map((value, part) => {
      const piece = `<rect x="${x.toFixed(1)}" y="${y}" width="${(value * perUnit).toFixed(1)}" height="16" fill="${COLOURS[part % COLOURS.length]}"/>`
      x += value * perUnit
      return piece
    })
    const label = `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${bar.label}</text>`
    return `${label}${pieces.join('')}<text x="${(x + 6).toFixed(1)}" y="${y + 12}">${total(bar).toFixed(total(bar) < 20 ? 1 : 0)} ${unit}</text>`
  })
  const keys = legend.map(
    (name, i) =>
      `<rect x="${left + i * 90}" y="24" width="10" height="10" fill="${COLOURS[i % COLOURS.length]}"/><text x="${left + i * 90 + 15}" y="33">${name}</text>`,
  )
  const bottom = top + bars.length * height + 6
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom}" width="${width}" height="${bottom}" role="img" aria-label="${title}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${bottom}" fill="#fff"/>`,
    `<text x="8" y="15" font-weight="bold">${title}</text>`,
    ...keys,
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

const COLOURS = ['#3b6ea8', '#d98c3a', '#5f9e6e', '#8d6aa8'] as const

export function drawSharing(shared: readonly SharedFigures[]): string {
  const bars = shared.map(({ workers, intraOpThreads, pairsPerSecond }) => ({
    label: `${workers} x ${intraOpThreads}`,
    parts: [pairsPerSecond],
  }))
  return drawBars('Pairs a second by processes x threads of one run', bars, [], 'pairs/s')
}

export function drawKinds(kinds: readonly KindFigures[]): string {
  const bars = kinds.map(({ name, stageMs }) => ({
    label: name,
    parts: [stageMs.decodeMs, stageMs.detectMs, stageMs.alignMs, stageMs.embedMs],
  }))
  return drawBars('Time of a pair in one thread, ms', bars, ['decode', 'detect', 'align', 'embed'], 'ms')
}
