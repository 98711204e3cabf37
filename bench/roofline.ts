/**
 * The networks against what the processor can do: multiply-adds of each, how many a second one core reaches in them, and how
 * many in a large matrix product of the same precision, which is the roof for all practical purposes.
 *
 *     npm run bench:roofline -- [--rounds 30]
 *
 * All take turns, run by run. Writes `bench/results/roofline.json`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readNetwork } from '../src/packs/default-networks.js'
import { loadDefaultPack } from '../src/packs/default-pack.js'
import { createGraph, type Network, serialiseNetwork } from '../src/packs/onnx-writer.js'
import { createTensorModel } from '../src/packs/session.js'
import { CROPS, countViews, EFFORTS } from '../src/pipeline/effort.js'
import type { Models } from '../src/pipeline/models.js'
import { formatTable, median } from './figures.js'
import { countMultiplyAdds } from './multiply-adds.js'
import { createProgress } from './progress.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

/** Those that an easy picture goes through; the other detectors are for hard ones. */
const NETWORKS = [
  ['coarseDetector', 'coarse detector', 'fp32'],
  ['landmarks', 'landmarks', 'fp32'],
  ['resnet', 'ResNet', 'int8'],
  ['faceres', 'FaceRes', 'int8'],
] as const satisfies readonly (readonly [keyof Models, string, 'fp32' | 'int8'])[]

/** Side of the matrices: large enough that nothing but multiplying counts, small enough for the caches. */
const SIDE = 512

interface Racer {
  readonly multiplyAdds: number
  readonly run: () => Promise<unknown>
  readonly times: number[]
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } })
const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
const pack = await loadDefaultPack({ cacheDir: folder })
const roofs = { fp32: await openProduct('fp32'), int8: await openProduct('int8') }
const networks = await Promise.all(
  NETWORKS.map(async ([key, title, precision]) => ({ key, title, precision, ...(await openNetwork(key)) })),
)
try {
  await race([roofs.fp32, roofs.int8, ...networks], Number(values.rounds))
  const peaks = { fp32: rate(roofs.fp32), int8: rate(roofs.int8) }
  const rows = networks.map(({ key, title, precision, multiplyAdds, times }) => ({
    key,
    title,
    precision,
    multiplyAdds,
    runMs: median(times),
    perSecond: rate({ multiplyAdds, times }),
    shareOfRoof: rate({ multiplyAdds, times }) / peaks[precision],
  }))
  const efforts = EFFORTS.map((effort) => {
    const views = { coarseDetector: 1, landmarks: 1, ...viewsOf(effort) }
    const sum = (read: (row: (typeof rows)[number]) => number) =>
      2 * rows.reduce((total, row) => total + views[row.key] * read(row), 0)
    return {
      effort,
      multiplyAddsOfPair: sum(({ multiplyAdds }) => multiplyAdds),
      roofMsOfPair: sum(({ multiplyAdds, precision }) => (1000 * multiplyAdds) / peaks[precision]),
      runMsOfPair: sum(({ runMs }) => runMs),
    }
  })
  const setting = describeSetting()
  const giga = (perSecond: number) => (perSecond / 1e9).toFixed(1)
  console.log(`${formatSetting(setting)}\n`)
  console.log(
    formatTable([
      ['one core', 'million multiply-adds', 'ms', 'billion a second', 'of the roof'],
      ...(['fp32', 'int8'] as const).map((precision) => [
        `roof, ${precision}: matrices of ${SIDE} x ${SIDE}`,
        (SIDE ** 3 / 1e6).toFixed(0),
        median(roofs[precision].times).toFixed(1),
        giga(peaks[precision]),
        '',
      ]),
      ...rows.map(({ title, precision, multiplyAdds, runMs, perSecond, shareOfRoof }) => [
        `${title}, ${precision}`,
        (multiplyAdds / 1e6).toFixed(0),
        runMs.toFixed(1),
        giga(perSecond),
        `${(100 * shareOfRoof).toFixed(0)} %`,
      ]),
    ]),
  )
  console.log(
    `\n${formatTable([
      ['a pair of easy pictures', 'million multiply-adds', 'ms at the roof', 'ms in the runs'],
      ...efforts.map(({ effort, multiplyAddsOfPair, roofMsOfPair, runMsOfPair }) => [
        effort,
        (multiplyAddsOfPair / 1e6).toFixed(0),
        roofMsOfPair.toFixed(1),
        runMsOfPair.toFixed(1),
      ]),
    ])}`,
  )
  console.log(`\n${writeResult('roofline', { side: SIDE, peaks, networks: rows, efforts }, setting)}`)
} finally {
  await pack.close()
  await rm(folder, { recursive: true, force: true })
}

function viewsOf(effort: (typeof EFFORTS)[number]) {
  return { resnet: countViews(CROPS[effort].resnet), faceres: countViews(CROPS[effort].faceres) }
}

async function openNetwork(key: (typeof NETWORKS)[number][0]): Promise<Racer> {
  const model = pack.models[key]
  const input = Float32Array.from({ length: 3 * model.inputSize ** 2 }, (_, i) => (i * 7919) % 256)
  const multiplyAdds = countMultiplyAdds(await readNetwork(key))
  return { multiplyAdds, run: () => model.run(input, 1), times: [] }
}

async function openProduct(precision: 'fp32' | 'int8'): Promise<Racer> {
  const model = await createTensorModel(serialiseNetwork(precision === 'fp32' ? floatProduct() : integerProduct()), 1)
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 7919) % 256) / 256)
  return { multiplyAdds: SIDE ** 3, run: () => model.run({ data, dims: [SIDE, SIDE] }), times: [] }
}

function floatProduct(): Network {
  const graph = createGraph('product', { name: 'input', shape: [SIDE, SIDE] })
  const weights = Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 104_729) % 255) / 255)
  const value = graph.node('MatMul', [graph.input, graph.floats(weights, [SIDE, SIDE])])
  return graph.finish([{ name: 'output', value, shape: [SIDE, SIDE] }])
}

/** The bytes of both are those of the quantised networks: unsigned numbers, signed weights. */
function integerProduct(): Network {
  const graph = createGraph('product', { name: 'input', shape: [SIDE, SIDE] })
  const scale = graph.floats(Float32Array.of(1 / 256), [])
  const zero = graph.constant(Uint8Array.of(0), [])
  const weights = Int8Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 104_729) % 255) - 127)
  const value = graph.node('QLinearMatMul', [
    graph.node('QuantizeLinear', [graph.input, scale, zero]),
    scale,
    zero,
    graph.constant(weights, [SIDE, SIDE]),
    scale,
    graph.constant(Int8Array.of(0), []),
    graph.floats(Float32Array.of(4), []),
    zero,
  ])
  const output = graph.node('DequantizeLinear', [value, scale, zero])
  return graph.finish([{ name: 'output', value: output, shape: [SIDE, SIDE] }])
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
  return (1000 * multiplyAdds) / median(times)
}
