import { describe, expect, it } from 'vitest'
import { similarityAtScore } from '../../src/score/calibration.js'
import { NO_COHORT } from '../../src/score/cohort.js'
import { dotProduct, normalise } from '../../src/score/vectors.js'
import { seeded } from '../../support/random.js'
import { fitCohort, scaleFitted } from '../../tools/fit-cohort.js'
import { type Fold, fitThresholds, splitIntoFolds } from '../../tools/fit-thresholds.js'
import { makeFace } from '../support/made-face.js'

type Read = Fold['plain'][number]

const COLUMNS = 24
const random = seeded(5)

/** Sums of twelve even numbers, which are as good as normal. */
function drawNormal(): number {
  return Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6)
}

/** Faces that have the more in common the larger `alike` is. */
function drawFaces(name: string, part: number, count: number, alike: number): readonly Read[] {
  const age = name === 'child' ? name : 'adult'
  return Array.from({ length: count }, (_, i): Read => {
    const embedding = normalise(Float32Array.from({ length: COLUMNS }, (_, k) => drawNormal() + (k === 0 ? alike : 0)))
    const person = `${name} ${part} ${i}`
    return {
      file: person,
      person,
      of: name === 'press' ? 'DevTrain' : { name, sex: 'f', age },
      kind: 'plain',
      part,
      scale: NO_COHORT,
      face: makeFace({ embedding }),
    }
  })
}

/** Of the faces of one part with those of the other, highest first. */
function similaritiesOf(faces: readonly Read[]): readonly number[] {
  const [first, second] = [0, 1].map((part) => faces.filter((face) => face.part === part))
  const all = first!.flatMap(({ face: p }) => second!.map(({ face: q }) => dotProduct(p.embedding, q.embedding)))
  return all.sort((p, q) => q - p)
}

const draw = (name: string, count: number, alike: number): readonly Read[] =>
  [0, 1].flatMap((part) => drawFaces(name, part, count, alike))
const nobodyCounts = () => false

describe('the thresholds of a fit', () => {
  const press = draw('press', 200, 1)
  const many = draw('many', 200, 2)

  it('are the similarities that the promised share of the pairs of the worst group reach', () => {
    const curve = fitThresholds([{ plain: [...press, ...many], poor: [] }], nobodyCounts)
    const worst = similaritiesOf(many)
    expect(similarityAtScore(curve, 60)).toBeCloseTo(worst[0.01 * worst.length]!, 5)
    expect(similarityAtScore(curve, 70)).toBeCloseTo(worst[0.001 * worst.length]!, 5)
    expect(similarityAtScore(curve, 60)).toBeGreaterThan(similaritiesOf(press)[0.01 * worst.length]!)
  })

  it('are drawn by the normal distribution where no pairs suffice', () => {
    const curve = fitThresholds([{ plain: [...press, ...many], poor: [] }], nobodyCounts)
    const [hundredth, thousandth] = [60, 70].map((score) => similarityAtScore(curve, score))
    // Its quantiles of 1e-2, 1e-3 and 1e-4.
    const drawn = thousandth! + ((3.719 - 3.0902) / (3.0902 - 2.3263)) * (thousandth! - hundredth!)
    expect(similarityAtScore(curve, 80)).toBeCloseTo(drawn, 5)
  })

  it('say nothing of people of the same part, who are together in other folds, too', () => {
    const [twin] = many
    const twins = Array.from({ length: 100 }, (_, i): Read => ({ ...twin!, person: `twin ${i}` }))
    const withTwins = fitThresholds([{ plain: [...press, ...many, ...twins], poor: [] }], nobodyCounts)
    const worst = similaritiesOf([...many, ...twins])
    expect(similarityAtScore(withTwins, 70)).toBeCloseTo(worst[0.001 * worst.length]!, 5)
  })

  it('are drawn where a group has too few pairs: as far above what it can tell as those of all groups lie', () => {
    const few = draw('few', 100, 4)
    const curve = fitThresholds([{ plain: [...press, ...many, ...few], poor: [] }], nobodyCounts)
    const [own, all] = [similaritiesOf(few), [...similaritiesOf(few), ...similaritiesOf(many)].sort((p, q) => q - p)]
    const told = own[0.01 * own.length]!
    expect(similarityAtScore(curve, 60)).toBeCloseTo(told, 5)
    const above = all[0.001 * all.length]! - all[0.01 * all.length]!
    expect(similarityAtScore(curve, 70)).toBeCloseTo(told + above, 5)
  })

  it('let three times as many pairs of children pass, and at 70 of pictures that are poor in one way and count', () => {
    const children = draw('child', 200, 4)
    const curve = fitThresholds([{ plain: [...press, ...many, ...children], poor: [] }], nobodyCounts)
    const ofChildren = similaritiesOf(children)
    expect(similarityAtScore(curve, 60)).toBeCloseTo(ofChildren[0.03 * ofChildren.length]!, 5)
    expect(similarityAtScore(curve, 70)).toBeCloseTo(ofChildren[0.003 * ofChildren.length]!, 5)

    const poor = draw('poor', 200, 4).map((face): Read => ({ ...face, kind: 'blur 2' }))
    const fold = { plain: [...press, ...many], poor }
    const [without, withPoor] = [fitThresholds([fold], nobodyCounts), fitThresholds([fold], () => true)]
    const ofPoor = similaritiesOf(poor)
    expect(similarityAtScore(withPoor, 70)).toBeCloseTo(ofPoor[0.003 * ofPoor.length]!, 5)
    expect(similarityAtScore(withPoor, 80)).toBe(similarityAtScore(without, 80))
  })

  it('count the pairs of all folds together', () => {
    const halves = [0, 1].map((half) => [...press, ...many].filter((_, i) => i % 2 === half))
    const folds = halves.map((plain): Fold => ({ plain, poor: [] }))
    const worst = halves
      .flatMap((plain) => similaritiesOf(plain.filter(({ of }) => of !== 'DevTrain')))
      .sort((p, q) => q - p)
    expect(similarityAtScore(fitThresholds(folds, nobodyCounts), 60)).toBeCloseTo(worst[0.01 * worst.length]!, 5)
  })
})

describe('the folds of a fit', () => {
  it('bring each face of one part together with each of another once, read by a cohort of all others', () => {
    const plain = [...drawFaces('press', 0, 105, 1), ...drawFaces('group', 0, 420, 2)]
    const folds = splitIntoFolds(plain, [])
    const met = new Map<string, number>()
    for (const { plain: read } of folds) {
      const parts = new Set(read.map(({ part }) => part))
      expect(parts.size).toBe(2)
      const inFold = new Set(read.map(({ person }) => person))
      const cohort = fitCohort(
        plain.filter(({ person }) => !inFold.has(person)),
        [],
      )
      for (const face of read) expect(face.scale).toEqual(scaleFitted(cohort, face))
      for (const p of read) {
        for (const q of read) {
          if (p.part < q.part) met.set(`${p.person}, ${q.person}`, (met.get(`${p.person}, ${q.person}`) ?? 0) + 1)
        }
      }
    }
    // 525 people in seven parts of 75.
    expect(met.size).toBe(21 * 75 * 75)
    expect(new Set(met.values())).toEqual(new Set([1]))
  })
})
