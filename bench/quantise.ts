/**
 * Measures how the embedders' maps are best held in eight bits and writes packs/default/quantisation.json:
 *
 *     npx tsx bench/quantise.ts FOLDER
 *
 * FOLDER has `pairsDevTrain.txt` in LFW's format and the pictures in `images/`. Only people of DevTrain are looked at.
 * To be run again when the alignment or a network changes; `npm run fit` after it.
 */

import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'
import { MAX_DECODED_SIDE } from '../src/engine/local-engine.js'
import { parseLfwPairs } from '../src/evaluation/pairs.js'
import { decodeImage } from '../src/image/decode.js'
import { readNetwork } from '../src/packs/default-networks.js'
import { loadDefaultPack } from '../src/packs/default-pack.js'
import { type Network, serialiseNetwork } from '../src/packs/onnx-writer.js'
import { findQuantisableMaps, type QuantisableMap } from '../src/packs/quantisable-maps.js'
import { DEFAULT_QUANTISATION_FILE, formatQuantisation, type QuantisedNetwork } from '../src/packs/quantisation-file.js'
import type { Quantisation } from '../src/packs/quantise-network.js'
import { createModel } from '../src/packs/session.js'
import { analyzeImage } from '../src/pipeline/analyze.js'
import { CROPS } from '../src/pipeline/effort.js'
import { cutChips } from '../src/pipeline/embed.js'
import { Pyramid } from '../src/pipeline/pyramid.js'
import { createProgress } from './progress.js'

const PICTURES = 300
const BINS = 1024

/**
 * The share of a channel's numbers that may lie above its range. FaceRes has rare peaks, and coarser steps for all others
 * cost it more than cutting them; dlib's ResNet, which is all sums, does not forgive a cut.
 */
const CLIPPED = { resnet: 0, faceres: 3e-5 } as const
/** How much further ranges reach than the numbers that were seen, for faces of a kind that was not among them. */
const HEADROOM = { resnet: 1.1, faceres: 1 } as const

/**
 * Factors are the channels' ranges to this power. At 1 all channels are equally fine, but the weights that read them take
 * over the differences; at 0 it is the other way round.
 */
const FACTOR_EXPONENT = 0.75
/** Factors are coded in sixteenths of a power of two. */
const FACTOR_STEPS = 16
const SMALLEST_FACTOR = 2 ** -8

const folder = process.argv[2]
if (!folder) {
  process.stderr.write('Usage: npx tsx bench/quantise.ts FOLDER (with pairsDevTrain.txt and images/)\n')
  process.exit(2)
}
const chips = await cutAllChips(folder)
const networks = {
  resnet: await measureNetwork('resnet', chips.resnet, chips.resnetSize),
  faceres: await measureNetwork('faceres', chips.faceres, chips.faceresSize),
}
await writeFile(fileURLToPath(DEFAULT_QUANTISATION_FILE), formatQuantisation(networks))

/** The aligned faces of some pictures, evenly spread over those that stand in DevTrain's pairs. */
async function cutAllChips(root: string) {
  const pairs = parseLfwPairs(readFileSync(join(root, 'pairsDevTrain.txt'), 'utf8'), join(root, 'images'))
  const files = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort()
  const step = Math.max(1, Math.floor(files.length / PICTURES))
  const chosen = files.filter((_, i) => i % step === 0)
  const cacheDir = envPaths('facecompare', { suffix: '' }).cache
  const { models, close } = await loadDefaultPack({ cacheDir, precision: 'fp32' })
  const progress = createProgress('faces', chosen.length)
  const resnet: Float32Array[] = []
  const faceres: Float32Array[] = []
  for (const file of chosen) {
    const image = await decodeImage(await readFile(file), { maxPixels: 40e6, maxSide: MAX_DECODED_SIDE })
    const { landmarks } = await analyzeImage(image, models, { effort: 'fast', nowMs: () => performance.now() })
    const cut = cutChips(models, new Pyramid(image), landmarks, CROPS.default)
    // Runs that are not finished keep their inputs.
    resnet.push(cut.resnet.run.input)
    if (cut.faceres) faceres.push(cut.faceres.run.input)
    progress.advance()
  }
  await close()
  return { resnet, resnetSize: models.resnet.inputSize, faceres, faceresSize: models.faceres.inputSize }
}

async function measureNetwork(name: QuantisedNetwork, inputs: readonly Float32Array[], size: number) {
  const network = await readNetwork(name)
  const maps = [...findQuantisableMaps(network).values()]
  const statistics = await collect(name, network, maps, inputs, size)
  const ranges = new Map(statistics.map((entry) => [entry.map.value, rangesOf(entry, name)]))
  const factors = new Map<string, Float32Array>()
  for (const group of new Set(maps.map((map) => map.group))) {
    factors.set(group, chooseFactors(maps.filter((map) => map.group === group).map((map) => ranges.get(map.value)!)))
  }
  const scales = new Map<string, number>()
  const means = new Map<string, Float32Array>()
  for (const entry of statistics) {
    const { value, group, signed, highest } = entry.map
    const scale = chooseScale(ranges.get(value)!, factors.get(group)!, highest) / (signed ? 127 : 255)
    scales.set(value, scale)
    if (!signed) means.set(value, meanLevels(entry, scale, factors.get(group)!))
  }
  return { scales, factors, means } satisfies Quantisation
}

/** What is known of a map: for each channel its largest magnitude, and a histogram of magnitudes from 0 to that. */
interface Statistics {
  readonly map: QuantisableMap
  readonly largest: Float32Array
  readonly histograms: readonly Uint32Array[]
}

async function collect(
  name: string,
  network: Network,
  maps: readonly QuantisableMap[],
  inputs: readonly Float32Array[],
  size: number,
): Promise<readonly Statistics[]> {
  const outputs = maps.map(({ value, channels }) => ({
    name: `map ${value}`,
    value,
    shape: ['N', channels, `rows of ${value}`, `columns of ${value}`],
  }))
  const model = await createModel(serialiseNetwork({ ...network, outputs }), { inputSize: size, intraOpThreads: 1 })
  const statistics = maps.map((map) => ({
    map,
    largest: new Float32Array(map.channels),
    histograms: Array.from({ length: map.channels }, () => new Uint32Array(BINS)),
  }))
  const progress = createProgress(`${name}, two passes`, 2 * inputs.length)
  for (const gather of [growLargest, fillHistogram]) {
    for (const input of inputs) {
      const values = await model.run(input, 1)
      for (const entry of statistics) forEachChannel(entry, values[`map ${entry.map.value}`]!, gather)
      progress.advance()
    }
  }
  await model.close()
  return statistics
}

type Gather = (entry: Statistics, channel: number, values: Float32Array) => void

function forEachChannel(entry: Statistics, values: Float32Array, gather: Gather): void {
  const { channels } = entry.map
  const size = values.length / channels
  for (let c = 0; c < channels; c++) gather(entry, c, values.subarray(c * size, (c + 1) * size))
}

function growLargest({ largest }: Statistics, channel: number, values: Float32Array): void {
  for (const value of values) largest[channel] = Math.max(largest[channel]!, Math.abs(value))
}

function fillHistogram({ largest, histograms }: Statistics, channel: number, values: Float32Array): void {
  const histogram = histograms[channel]!
  const binsPerUnit = BINS / (largest[channel]! || 1)
  for (const value of values) histogram[Math.min(BINS - 1, Math.floor(Math.abs(value) * binsPerUnit))]!++
}

/** For each channel the magnitude up to which its numbers are told apart. */
function rangesOf({ map, largest, histograms }: Statistics, name: QuantisedNetwork): Float32Array {
  return largest.map((most, channel) => {
    const histogram = histograms[channel]!
    const allowed = CLIPPED[name] * histogram.reduce((sum, count) => sum + count, 0)
    let bins = BINS
    for (let above = histogram[BINS - 1]!; bins > 1 && above <= allowed; above += histogram[bins - 1]!) bins--
    return Math.min(map.highest, (HEADROOM[name] * most * bins) / BINS)
  })
}

/** From the ranges of all maps that share the factors. */
function chooseFactors(members: readonly Float32Array[]): Float32Array {
  return Float32Array.from(members[0]!, (_, channel) => {
    const share = Math.max(...members.map((ranges) => ranges[channel]! / Math.max(...ranges)))
    const factor = Math.max(SMALLEST_FACTOR, share) ** FACTOR_EXPONENT
    return 2 ** (Math.round(Math.log2(factor) * FACTOR_STEPS) / FACTOR_STEPS)
  })
}

/** The largest range that a channel has after division by its factor; no channel may reach beyond the map's bound. */
function chooseScale(ranges: Float32Array, factors: Float32Array, highest: number): number {
  const widest = ranges.reduce((most, range, channel) => Math.max(most, range / factors[channel]!), 0)
  return Math.min(widest, highest / Math.max(...factors))
}

function meanLevels({ largest, histograms }: Statistics, scale: number, factors: Float32Array): Float32Array {
  return largest.map((most, channel) => {
    const histogram = histograms[channel]!
    let count = 0
    let sum = 0
    histogram.forEach((inBin, bin) => {
      count += inBin
      // Zeros are many, and all in the first bin.
      sum += bin === 0 ? 0 : inBin * (bin + 0.5)
    })
    return ((sum / count) * (most / BINS)) / (scale * factors[channel]!)
  })
}
