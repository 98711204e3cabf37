import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadedPack, loadDefaultPack } from '../../src/packs/default-pack.js'
import type { Models } from '../../src/pipeline/models.js'
import { makePseudoImage, samplePositions } from '../golden/pseudo-image.js'

interface GoldenOutput {
  readonly shape: readonly number[]
  readonly sum: number
  /** At the places of `samplePositions(length, 256, length)`. */
  readonly samples: readonly number[]
}

interface Golden {
  readonly side: number
  readonly images: readonly { readonly seed: number; readonly outputs: Readonly<Record<string, GoldenOutput>> }[]
}

/** As a share of the largest number of an output: float32 sums in another order differ by this much, other networks by far more. */
const TOLERANCE = 2e-5

let cacheDir: string
let pack: LoadedPack

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'facecompare-golden-'))
  pack = await loadDefaultPack({ cacheDir, precision: 'fp32' })
})

afterAll(async () => {
  await pack.close()
  await rm(cacheDir, { recursive: true })
})

describe.each(['detector', 'landmarks', 'resnet', 'faceres'] as const)('%s', (name) => {
  it('computes what the original library computes', async () => {
    const golden = await readGolden(name)
    const model = pack.models[name]
    expect(model.inputSize).toBe(golden.side)
    for (const { seed, outputs } of golden.images) {
      const computed = await model.run(makePseudoImage(golden.side, seed), 1)
      expect(Object.keys(computed).sort()).toEqual(Object.keys(outputs).sort())
      for (const [output, expected] of Object.entries(outputs)) {
        const difference = largestDifference(computed[output]!, expected)
        expect(difference, `${output} of picture ${seed}`).toBeLessThan(TOLERANCE)
      }
    }
  })

  it('computes each image of a batch as if it were alone', async () => {
    const golden = await readGolden(name)
    const model = pack.models[name]
    const [first, second] = golden.images.map(({ seed }) => makePseudoImage(golden.side, seed))
    const both = new Float32Array(first!.length * 2)
    both.set(first!)
    both.set(second!, first!.length)
    const together = await model.run(both, 2)
    const alone = [await model.run(first!, 1), await model.run(second!, 1)]
    for (const [output, values] of Object.entries(together)) {
      const half = values.length / 2
      expect(sameNumbers(values.subarray(0, half), alone[0]![output]!), output).toBe(true)
      expect(sameNumbers(values.subarray(half), alone[1]![output]!), output).toBe(true)
    }
  })
})

async function readGolden(name: keyof Models): Promise<Golden> {
  const file = new URL(`../golden/${name}.json`, import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')) as Golden
}

function sameNumbers(a: Float32Array, b: Float32Array): boolean {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return a.length === b.length && a.every((value, index) => Math.abs(value - b[index]!) <= 1e-6 * largest)
}

/** Over the samples and the mean, as a share of the largest sample. */
function largestDifference(values: Float32Array, expected: GoldenOutput): number {
  expect(values.length).toBe(expected.shape.reduce((product, side) => product * side, 1))
  const scale = Math.max(...expected.samples.map(Math.abs))
  const sum = values.reduce((total, value) => total + value, 0)
  const positions = samplePositions(values.length, 256, values.length)
  expect(positions.length).toBe(expected.samples.length)
  const differences = positions.map((position, index) => Math.abs(values[position]! - expected.samples[index]!))
  return Math.max(Math.abs(sum - expected.sum) / values.length, ...differences) / scale
}
