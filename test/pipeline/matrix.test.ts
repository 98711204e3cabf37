import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kernel } from '../../src/pipeline/kernel.js'
import { Matrix, toByteRows } from '../../src/pipeline/matrix.js'
import { dotProduct, normalise } from '../../src/score/vectors.js'

/** Rounding mostly cancels out: of unit vectors of many numbers it leaves less than this, six times what it leaves on average. */
const TOLERANCE = 3e-3
const MANY = 128

/** What rounding can leave at most: half a step of eight bits, and half a step of thirteen. */
function mostError(row: Float32Array, vector: Float32Array): number {
  const most = (values: Float32Array) => Math.max(...values.map(Math.abs))
  const sum = (values: Float32Array) => values.reduce((total, value) => total + Math.abs(value), 0)
  return (most(row) / 254) * sum(vector) + (most(vector) / 8190) * sum(row) + 1e-5
}

const WIDTHS = [1, 17, 128, 512, 4096]

/** A unit vector of numbers of both signs that the seed tells. */
function vectorOf(seed: number, length: number): Float32Array {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state / 2 ** 31
  }
  return normalise(Float32Array.from({ length }, () => next() + next() + next()))
}

function matrixOf(rows: readonly Float32Array[], columns: number): Matrix {
  return new Matrix(toByteRows(rows, columns))
}

describe('a matrix times a vector', () => {
  it.each(WIDTHS)('is the dot product of each row, of %i columns', (columns) => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 6 }), fc.integer(), (seeds, seed) => {
        const rows = seeds.map((rowSeed) => vectorOf(rowSeed, columns))
        const matrix = matrixOf(rows, columns)
        // Again and again: nothing of the first vector may be left.
        for (const vector of [vectorOf(seed, columns), vectorOf(seed + 1, columns)]) {
          const products = matrix.times(vector)
          expect(products).toHaveLength(rows.length)
          for (const [i, row] of rows.entries()) {
            const error = Math.abs(products[i]! - dotProduct(row, vector))
            expect(error).toBeLessThan(mostError(row, vector))
            if (columns >= MANY) expect(error).toBeLessThan(TOLERANCE)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each([...WIDTHS, 5000, 20_000])(
    'does not overflow where every number is the largest one, of %i columns',
    (columns) => {
      const ones = new Float32Array(columns).fill(1)
      const matrix = matrixOf([ones, ones.map((one) => -one)], columns)
      const [same = 0, opposite = 0] = matrix.times(ones)
      expect(same / columns).toBeCloseTo(1, 5)
      expect(opposite / columns).toBeCloseTo(-1, 5)
    },
  )

  it('scales each row by itself', () => {
    const rows = [Float32Array.of(1000, -500), Float32Array.of(0.001, 0.0005)]
    const [large, small] = matrixOf(rows, 2).times(Float32Array.of(1, 1))
    expect(large! / 500).toBeCloseTo(1, 1)
    expect(small! / 0.0015).toBeCloseTo(1, 1)
  })

  it('is zero for rows and vectors of zeros, and empty without rows', () => {
    const matrix = matrixOf([new Float32Array(17), vectorOf(1, 17)], 17)
    expect(matrix.times(vectorOf(2, 17))[0]).toBe(0)
    expect([...matrix.times(new Float32Array(17))].map(Math.abs)).toEqual([0, 0])
    expect(matrixOf([], 17).times(vectorOf(1, 17))).toHaveLength(0)
  })

  it('is refused of a vector of another length', () => {
    expect(() => matrixOf([vectorOf(1, 17)], 17).times(vectorOf(1, 16))).toThrow('Expected a vector of 17 numbers')
  })
})

it('the kernel sums whole numbers exactly, the largest ones included', () => {
  const byte = fc.oneof(fc.integer({ min: -127, max: 127 }), fc.constantFrom(-127, 127))
  const short = fc.oneof(fc.integer({ min: -4095, max: 4095 }), fc.constantFrom(-4095, 4095))
  const shapes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 })).chain(([lanes, count]) => {
    const columns = 16 * lanes
    const rows = fc.array(byte, { minLength: count * columns, maxLength: count * columns })
    return fc.tuple(rows, fc.array(short, { minLength: columns, maxLength: columns }))
  })
  fc.assert(
    fc.property(shapes, ([rows, vector]) => {
      const [columns, count] = [vector.length, rows.length / vector.length]
      const vectorAt = rows.length
      const outAt = vectorAt + 2 * columns
      const kernel = new Kernel()
      const { buffer } = kernel.reserve(outAt + 4 * count)
      new Int8Array(buffer).set(rows)
      new Int16Array(buffer, vectorAt, columns).set(vector)
      kernel.multiply(0, columns, count, vectorAt, outAt)
      const sums = Array.from({ length: count }, (_, row) =>
        vector.reduce((sum, value, i) => sum + value * rows[row * columns + i]!, 0),
      )
      expect([...new Int32Array(buffer, outAt, count)]).toEqual(sums)
    }),
    { numRuns: 50 },
  )
})
