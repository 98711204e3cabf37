import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyzeImage } from '../../src/face/analyze.js'
import { CROPS } from '../../src/face/effort.js'
import { cutChips } from '../../src/face/embed.js'
import { Pyramid } from '../../src/face/pyramid.js'
import { decodeImage } from '../../src/image/decode.js'
import { readNetwork } from '../../src/model/default-networks.js'
import { type LoadedPack, loadDefaultPack } from '../../src/model/pack.js'
import { formatQuantisation, readQuantisationFile } from '../../src/model/quantisation-file.js'
import { quantiseNetwork } from '../../src/model/quantise-network.js'
import { cutPerson, type SamplePerson } from '../../support/sample-people.js'
import { makePseudoImage } from '../golden/pseudo-image.js'

let folder: string
let exact: LoadedPack
let int8: LoadedPack

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-int8-'))
  ;[exact, int8] = await Promise.all([
    loadDefaultPack({ cacheDir: folder, precision: 'fp32' }),
    loadDefaultPack({ cacheDir: folder }),
  ])
})

afterAll(async () => {
  await Promise.all([exact.close(), int8.close()])
  await rm(folder, { recursive: true })
})

describe('a quantisation file', () => {
  const network = { scales: { a: 0.5 }, factors: { a: 'AAAA' }, means: {} }

  it.each([
    ['is no object', []],
    ['lacks a network', { resnet: network }],
    ['has a scale of words', { resnet: network, faceres: { ...network, scales: { a: '1' } } }],
    ['has a scale of 0', { resnet: network, faceres: { ...network, scales: { a: 0 } } }],
    ['has factors that are no text', { resnet: network, faceres: { ...network, factors: { a: [1] } } }],
  ])('is refused when it %s', async (_, json) => {
    await expect(readText(JSON.stringify(json))).rejects.toThrow(/^Expected /)
  })

  it('gives back what was written, factors and means to a few percent', async () => {
    const networks = {
      resnet: {
        scales: new Map([['v1', 0.125]]),
        factors: new Map([['v1', Float32Array.of(1, 0.5)]]),
        means: new Map(),
      },
      faceres: { scales: new Map(), factors: new Map(), means: new Map([['v2', Float32Array.of(0, 0.3, 7, 254)]]) },
    }
    const read = (await readText(formatQuantisation(networks))).networks
    expect(read.resnet).toEqual(networks.resnet)
    const means = read.faceres.means.get('v2')!
    expect(means).toHaveLength(4)
    for (const [i, mean] of [0, 0.3, 7, 254].entries())
      expect(Math.abs(means[i]! - mean)).toBeLessThan(0.07 * mean + 1e-9)
  })

  async function readText(text: string) {
    const file = join(folder, 'quantisation.json')
    await writeFile(file, text)
    return readQuantisationFile(pathToFileURL(file))
  }
})

it('a quantisation of another network is refused', async () => {
  const network = await readNetwork('resnet')
  const empty = { scales: new Map(), factors: new Map(), means: new Map() }
  expect(() => quantiseNetwork(network, empty)).toThrow('The quantisation does not fit the network at v1.')
})

it('embeddings of the two precisions are told apart', () => {
  expect(int8.id).not.toBe(exact.id)
})

/** Cosines to float32; the lowest measured were .9996, .9990 and .9985 for resnet, .9986, .9983 and .9964 for faceres. */
const LEAST = {
  resnet: { embedding: 0.9993, features: 0.9985, noFace: 0.998 },
  faceres: { embedding: 0.998, features: 0.9975, noFace: 0.995 },
} as const

describe.each(['resnet', 'faceres'] as const)('%s in eight bits', (name) => {
  it.each<SamplePerson>(['man', 'womanAtParty', 'womanInBar', 'otherWoman'])(
    'embeds the %s as float32 does',
    async (person) => {
      const image = await decodeImage(await cutPerson(person), { maxPixels: 1e6, maxSide: 1000 })
      const { landmarks } = await analyzeImage(image, exact.models, { effort: 'default', nowMs: () => 0 })
      const chip = cutChips(exact.models, new Pyramid(image), landmarks, CROPS.default)[name]!.run.input
      const [expected, computed] = [await exact.models[name].run(chip, 1), await int8.models[name].run(chip, 1)]
      expect(cosine(computed.embedding!, expected.embedding!)).toBeGreaterThan(LEAST[name].embedding)
      expect(cosine(computed.features!, expected.features!)).toBeGreaterThan(LEAST[name].features)
    },
  )

  it('comes near to float32 on what is no face', async () => {
    for (const seed of [1, 2, 3]) {
      const image = makePseudoImage(int8.models[name].inputSize, seed)
      const [expected, computed] = [await exact.models[name].run(image, 1), await int8.models[name].run(image, 1)]
      expect(cosine(computed.embedding!, expected.embedding!)).toBeGreaterThan(LEAST[name].noFace)
    }
  })

  it('computes each image of a batch as if it were alone, and the same each time', async () => {
    const model = int8.models[name]
    const images = [1, 2].map((seed) => makePseudoImage(model.inputSize, seed))
    const both = new Float32Array(2 * images[0]!.length)
    for (const [i, image] of images.entries()) both.set(image, i * image.length)
    const together = await model.run(both, 2)
    for (const [i, image] of images.entries()) {
      const alone = await model.run(image, 1)
      for (const [output, values] of Object.entries(alone)) {
        const ofBatch = together[output]!.subarray(i * values.length, (i + 1) * values.length)
        expect(Buffer.compare(bytesOf(ofBatch), bytesOf(values)), output).toBe(0)
      }
    }
  })
})

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function cosine(a: Float32Array, b: Float32Array): number {
  const product = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, i) => sum + value * q[i]!, 0)
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b))
}
