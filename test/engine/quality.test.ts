import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaceEngine } from '../../src/engine/engine.js'
import { createEngine } from '../../src/engine/local-engine.js'
import { compareChecked } from '../../src/engine/require-quality.js'
import { DEGRADATIONS } from '../../support/degrade-pictures.js'
import { seeded } from '../../support/random.js'
import { cutPerson, type SamplePerson } from '../../support/sample-people.js'

const PEOPLE: readonly SamplePerson[] = ['womanInBar', 'otherWoman', 'manInShirt', 'womanAtParty']

let engine: FaceEngine
beforeAll(async () => {
  engine = await createEngine({ maxPixels: 20_000_000 })
})
afterAll(() => engine.close())

async function analyzeDegraded(person: SamplePerson, kind: string) {
  const picture = await cutPerson(person)
  const poor = await DEGRADATIONS[kind]!(picture, await engine.analyze(picture), seeded(1))
  return engine.analyze(poor)
}

describe('the quality of a face', () => {
  it.each(PEOPLE)('of a plain picture is enough, and nothing is said against it: %s', async (person) => {
    const { quality } = await engine.analyze(await cutPerson(person))
    expect(quality?.score).toBeGreaterThan(engine.leastQuality)
    expect(quality?.reasons).toEqual([])
  })

  it.each([
    ['blur 4', 'blurred'],
    ['face of 16 px', 'small'],
    ['brightness x .2', 'dark'],
    ['over-exposed', 'over_exposed'],
    ['mask', 'covered'],
    ['sunglasses', 'covered'],
  ])('tells what is wrong: %s', async (kind, reason) => {
    const plain = await engine.analyze(await cutPerson('manInShirt'))
    const { quality } = await analyzeDegraded('manInShirt', kind)
    expect(quality?.reasons).toEqual([reason])
    expect(quality?.score).toBeLessThan(plain.quality?.score ?? 0)
  })

  it('that is too little is refused, with the reason where there is one; a call may ask for none', async () => {
    const plain = await engine.analyze(await cutPerson('womanInBar'))
    const small = await analyzeDegraded('fourthAtTheLeft', 'face of 12 px')
    const pixelated = await analyzeDegraded('man', 'pixelated')
    expect(() => compareChecked(engine, plain, small)).toThrow(
      /^The face is too small to be compared: quality 0\.\d+ of at least 0\.\d+\.$/,
    )
    expect(() => compareChecked(engine, pixelated, plain)).toThrow(/^The face is shown too poorly to be compared: /)
    expect(compareChecked(engine, pixelated, plain, { minQuality: 0 }).qualityChecked).toBe(false)
  })

  it.each(['blur 4', 'blur 6'])('keeps six strangers apart, or says that it cannot tell: %s', async (kind) => {
    const people: readonly SamplePerson[] = [...PEOPLE, 'sixthAtTheRight', 'man']
    const faces = await Promise.all(people.map((person) => analyzeDegraded(person, kind).catch(() => undefined)))
    const seen = faces.filter((face) => face !== undefined)
    expect(seen.length).toBeGreaterThan(1)
    for (const [i, a] of seen.entries()) {
      for (const b of seen.slice(i + 1)) expect(engine.compare(a, b).similarity).toBeLessThan(70)
    }
  })
})
