import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { toNumber, toObject, toText } from './json.js'
import type { Quantisation } from './quantise-network.js'

/** The quantisation of the default pack; `src/` and `dist/` lie equally deep, so one path serves both. */
export const DEFAULT_QUANTISATION_FILE = new URL('../../packs/default/quantisation.json', import.meta.url)

const QUANTISED_NETWORKS = ['resnet', 'faceres'] as const
export type QuantisedNetwork = (typeof QUANTISED_NETWORKS)[number]

export interface QuantisationFile {
  readonly networks: Readonly<Record<QuantisedNetwork, Quantisation>>
  /** Of the file. */
  readonly sha256: string
}

/** Reads the quantisation of a pack's embedders; throws an Error that says what is wrong with the file. */
export async function readQuantisationFile(file: URL): Promise<QuantisationFile> {
  const bytes = await readFile(file)
  const root = toObject(JSON.parse(bytes.toString('utf8')), 'the quantisation')
  return {
    networks: { resnet: parseNetwork(root, 'resnet'), faceres: parseNetwork(root, 'faceres') },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

/** The text of a quantisation file; the inverse of {@link readQuantisationFile} but for the rounding of its codes. */
export function formatQuantisation(networks: Readonly<Record<QuantisedNetwork, Quantisation>>): string {
  const json = QUANTISED_NETWORKS.map((name) => {
    const { scales, factors, means } = networks[name]
    const fields = {
      scales: Object.fromEntries([...scales].map(([map, scale]) => [map, Number(scale.toPrecision(6))])),
      factors: encodeAll(factors, encodeFactor),
      means: encodeAll(means, encodeMean),
    }
    return [name, fields]
  })
  return `${JSON.stringify(Object.fromEntries(json), null, 1)}\n`
}

function parseNetwork(root: Readonly<Record<string, unknown>>, name: QuantisedNetwork): Quantisation {
  const network = toObject(root[name], `the quantisation of ${name}`)
  const scales = Object.entries(toObject(network.scales, `the scales of ${name}`)).map(([map, value]) => {
    const scale = toNumber(value, `the scale of ${map} of ${name}`)
    if (scale <= 0) throw new Error(`Expected the scale of ${map} of ${name} to be positive.`)
    return [map, scale] as const
  })
  return {
    scales: new Map(scales),
    factors: decodeAll(network.factors, `the factors of ${name}`, decodeFactor),
    means: decodeAll(network.means, `the means of ${name}`, decodeMean),
  }
}

// One byte a channel. Factors are 2 ** (-16 .. 0): steps of 4 %.
const encodeFactor = (factor: number) => -16 * Math.log2(factor)
const decodeFactor = (code: number) => 2 ** (-code / 16)
// Means are 0..254 levels: small ones, which are most, need the finer steps.
const encodeMean = (mean: number) => 16 * Math.sqrt(mean)
const decodeMean = (code: number) => (code / 16) ** 2

function encodeAll(lists: ReadonlyMap<string, Float32Array>, encode: (value: number) => number) {
  const texts = [...lists].map(([name, values]) => {
    const bytes = Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round(encode(value)))))
    return [name, Buffer.from(bytes).toString('base64')]
  })
  return Object.fromEntries(texts)
}

function decodeAll(value: unknown, what: string, decode: (code: number) => number): ReadonlyMap<string, Float32Array> {
  const lists = Object.entries(toObject(value, what)).map(([name, text]) => {
    const bytes = Buffer.from(toText(text, `${what} for ${name}`), 'base64')
    return [name, Float32Array.from(bytes, decode)] as const
  })
  return new Map(lists)
}
