import { expect, it } from 'vitest'
import { mapParts } from '../../src/engine/face.js'
import { type AppearanceFit, estimateAppearance } from '../../src/pipeline/appearance.js'

const constant = (offset: number) => ({ directions: mapParts(() => Float32Array.of(0)), offset })
const parts = mapParts(() => Float32Array.of(1))
const FIT: AppearanceFit = {
  age: constant(41.5),
  gender: constant(0),
  expression: constant(50),
  glasses: constant(-1),
}

it('gives years, and shares of a hundred', () => {
  expect(estimateAppearance(FIT, parts)).toEqual({ age: 41.5, gender: 50, expression: 50, hasGlasses: false })
  const beyond = { age: constant(-3), gender: constant(50), expression: constant(180), glasses: constant(0.1) }
  expect(estimateAppearance(beyond, parts)).toMatchObject({ age: 0, expression: 100, hasGlasses: true })
  expect(estimateAppearance(beyond, parts).gender).toBeCloseTo(100)
})

it.each([
  ['age', 'AGE_FAILED', -1107],
  ['gender', 'GENDER_FAILED', -1105],
  ['expression', 'EXPRESSION_FAILED', -1106],
  ['glasses', 'GLASSES_FAILED', -1109],
] as const)('says that the %s failed where it comes out as no number', (name, kind, code) => {
  const broken = { ...FIT, [name]: constant(Number.NaN) }
  expect(() => estimateAppearance(broken, parts)).toThrow(expect.objectContaining({ kind, code }))
})

it('is refused where the pack has no measures', () => {
  expect(() => estimateAppearance(undefined, parts)).toThrow(expect.objectContaining({ kind: 'AGE_FAILED' }))
})
