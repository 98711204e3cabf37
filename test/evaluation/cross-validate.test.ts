import { describe, expect, it } from 'vitest'
import { type ComparedPair, crossValidate } from '../../src/evaluation/cross-validate.js'

const pair = (genuine: boolean, similarity?: number): ComparedPair => ({ genuine, similarity })

describe('crossValidate', () => {
  it('finds no error where the kinds lie apart', () => {
    const pairs = Array.from({ length: 20 }, (_, i) => pair(i % 3 === 0, (i % 3 === 0 ? 0.8 : 0.2) + i / 1000))
    expect(crossValidate(pairs, 5)).toEqual({ folds: 5, errors: 0, accuracy: 1 })
  })

  it('judges a pair by the threshold of the others, not by its own', () => {
    // The best threshold of all pairs lies below .5; without the pair at .5 it lies above it.
    const pairs = [
      pair(true, 0.5),
      pair(true, 0.9),
      pair(true, 0.92),
      pair(false, 0.2),
      pair(false, 0.3),
      pair(false, 0.25),
    ]
    expect(crossValidate(pairs, 3)).toMatchObject({ errors: 1, accuracy: 5 / 6 })
  })

  it('counts what could not be compared as an error, whatever its label', () => {
    const pairs = [pair(true, 0.9), pair(false, 0.1), pair(true, 0.9), pair(false, 0.1), pair(true), pair(false)]
    expect(crossValidate(pairs, 2).errors).toBe(2)
  })

  it('refuses folds whose others lack one kind', () => {
    expect(() => crossValidate([pair(true, 0.9), pair(false, 0.1)], 2)).toThrow(RangeError)
  })
})
