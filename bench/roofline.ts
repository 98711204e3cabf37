/**
 * The networks against what the processor can do: multiply-adds of each, how many a second one core reaches in them, and how
 * many in a large matrix product of 32-bit floats, which is the roof for all practical purposes.
 *
 *     npm run bench:roofline -- [--rounds 30]
 *
 * All take turns, run by run. Writes `bench/results/roofline.json`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULT_PACK_FOLDER } from '../src/packs/resolve.js'
import { openNetwork } from '../src/packs/session.js'
import { createGraph } from '../support/build-network.js'
import { createProgress } from '../support/progress.js'
import { readOnnx, writeOnnx } from '../tools/onnx/file.js'
import { formatTable, median } from './figures.js'
import { countMultiplyAdds } from './multiply-adds.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

/** What a portrait goes through: each network once, the detector at the size of its first look. */
const NETWORKS = [
  { title: 'detector', file: 'rfb.onnx', side: 128 },
  { title: 'landmarks', file: 'landmarks.onnx', side: 64 },
  { title: 'embedder', file: 'mobilefacenet.onnx', side: 112 },
] as const

/** Side of the matrices: large enough that nothing but multiplying counts, small enough for the caches. */
const SIDE = 512

interface Racer {
  readonly multiplyAdds: number
  readonly run: () => Promise<void>
  readonly close: () => Promise<void>
  readonly times: number[]
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } })
const roof = await openRacer(writeProduct(), [SIDE, SIDE], SIDE ** 3)
const racers = await Promise.all(NETWORKS.map(openDefaultNetwork))
await race([roof, ...racers], Number(values.rounds))
const peak = rate(roof)
const networks = NETWORKS.map(({ title, side }, i) => {
  const { multiplyAdds, times } = racers[i]!
  const perSecond = rate({ multiplyAdds, times })
  return { title, side, multiplyAdds, runMs: median(times), perSecond, shareOfRoof: perSecond / peak }
})
const pair = {
  multiplyAdds: 2 * networks.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
  runMs: 2 * networks.reduce((sum, { runMs }) => sum + runMs, 0),
}
const setting = describeSetting()
console.log(`${formatSetting(setting)}\n`)
console.log(
  formatTable([
    ['one core', 'million multiply-adds', 'ms', 'billion a second', 'of the roof'],
    [`the roof: matrices of ${SIDE} x ${SIDE}`, ...numbersOf(roof.multiplyAdds, median(roof.times)), ''],
    ...networks.map(({ title, side, multiplyAdds, runMs, shareOfRoof }) => [
      `${title}, ${side} px`,
      ...numbersOf(multiplyAdds, runMs),
      percent(shareOfRoof),
    ]),
    [
      'all of a pair',
      ...numbersOf(pair.multiplyAdds, pair.runMs),
      percent(rateOf(pair.multiplyAdds, pair.runMs) / peak),
    ],
  ]),
)
console.log(`\n${writeResult('roofline', { side: SIDE, peak, networks, pair }, setting)}`)
await Promise.all([roof, ...racers].map(({ close }) => close()))

function numbersOf(multiplyAdds: number, ms: number): readonly string[] {
  return [(multiplyAdds / 1e6).toFixed(0), ms.toFixed(1), (rateOf(multiplyAdds, ms) / 1e9).toFixed(1)]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

function openDefaultNetwork({ file, side }: (typeof NETWORKS)[number]): Promise<Racer> {
  const onnx = readFileSync(join(DEFAULT_PACK_FOLDER, file))
  return openRacer(onnx, [1, 3, side, side], countMultiplyAdds(readOnnx(onnx), side))
}

async function openRacer(onnx: Uint8Array, dims: readonly number[], multiplyAdds: number): Promise<Racer> {
  const network = await openNetwork(onnx, 1)
  const input = Float32Array.from({ length: dims.reduce((p, side) => p * side, 1) }, (_, i) => (i * 7919) % 256)
  const run = async () => {
    const prepared = network.prepare(dims)
    prepared.input.set(input)
    await prepared.finish(() => undefined)
  }
  return { multiplyAdds, run, close: () => network.close(), times: [] }
}

function writeProduct(): Uint8Array {
  const graph = createGraph('product', { name: 'input', shape: [SIDE, SIDE] })
  const weights = Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 104_729) % 255) / 255)
  const value = graph.node('MatMul', [graph.input, graph.floats(weights, [SIDE, SIDE])])
  return writeOnnx(graph.finish([{ name: 'output', value, shape: [SIDE, SIDE] }]))
}

async function race(racers: readonly Racer[], rounds: number): Promise<void> {
  const progress = createProgress('rounds', rounds)
  for (const { run } of racers) await run()
  for (let round = 0; round < rounds; round++) {
    for (const { run, times } of racers) {
      const startMs = performance.now()
      await run()
      times.push(performance.now() - startMs)
    }
    progress.advance()
  }
}

function rate({ multiplyAdds, times }: Pick<Racer, 'multiplyAdds' | 'times'>): number {
  return rateOf(multiplyAdds, median(times))
}

function rateOf(multiplyAdds: number, ms: number): number {
  return (1000 * multiplyAdds) / ms
}
