import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Certainty, shareRight } from '../../../bench/certainty-figures.js'
import { answerDetectFaces, answerIndexFaces } from '../../../src/wires/rekognition/answer.js'
import { CERTAINTY, needsAppearance } from '../../../src/wires/rekognition/looks.js'
import type { ToldAttribute } from '../../../src/wires/rekognition/request.js'
import type { DescribedFace } from '../../../src/wires/seen-face.js'
import { ATTRIBUTES, FACE } from '../faces.js'

const ALL: readonly ToldAttribute[] = ['AGE_RANGE', 'EYEGLASSES', 'GENDER', 'FACE_OCCLUDED', 'SMILE']
const DESCRIBED = { ...FACE, attributes: ATTRIBUTES }

function detailOf(face: DescribedFace, told: readonly ToldAttribute[] = ALL): Readonly<Record<string, unknown>> {
  const { body } = answerDetectFaces([face], told)
  if (!('FaceDetails' in body) || !Array.isArray(body.FaceDetails)) throw new Error('Expected details')
  return body.FaceDetails[0]
}

const looking = (part: Partial<typeof ATTRIBUTES>) => detailOf({ ...FACE, attributes: { ...ATTRIBUTES, ...part } })

describe('what a face looks like', () => {
  it('is told where it is asked for, in the members of the original', () => {
    const { glasses, covered, ageYears } = CERTAINTY
    expect(detailOf(DESCRIBED)).toMatchObject({
      AgeRange: { Low: 37 - ageYears, High: 37 + ageYears },
      Gender: { Value: 'Male', Confidence: 98.6 },
      Smile: { Value: false, Confidence: expect.any(Number) },
      Eyeglasses: { Value: true, Confidence: glasses.yes },
      FaceOccluded: { Value: false, Confidence: covered.no },
    })
    const plain = Object.keys(detailOf(DESCRIBED, []))
    expect(plain).toEqual(['BoundingBox', 'Confidence', 'Landmarks', 'Pose', 'Quality'])
    expect(Object.keys(detailOf(DESCRIBED, ['SMILE']))).toEqual([...plain, 'Smile'])
  })

  it('is told of faces that are indexed, and of those that are not', () => {
    const kept = { faceId: '17', imageId: '17' }
    const faces = {
      indexed: [{ kept, face: DESCRIBED }],
      unindexed: [{ face: DESCRIBED, reasons: ['LOW_FACE_QUALITY'] as const }],
    }
    const gender = { FaceDetail: { Gender: { Value: 'Male' } } }
    expect(answerIndexFaces(faces, ['GENDER'], 'pack').body).toMatchObject({
      FaceRecords: [gender],
      UnindexedFaces: [gender],
    })
  })

  it('is left out where the model pack does not tell it', () => {
    const details = detailOf({ ...FACE, quality: undefined, attributes: undefined })
    expect(Object.keys(details)).toEqual(Object.keys(detailOf(DESCRIBED, [])))
    expect(detailOf(FACE)).toMatchObject({ FaceOccluded: { Value: false } })
  })

  it('is measured by the engine only where it must be', () => {
    expect([needsAppearance([]), needsAppearance(['FACE_OCCLUDED']), needsAppearance(['SMILE'])]).toEqual([
      false,
      false,
      true,
    ])
  })

  it('has a confidence of half at least, and ages that people reach', () => {
    expect(looking({ gender: 12 })).toMatchObject({ Gender: { Value: 'Female', Confidence: 88 } })
    const { middle } = CERTAINTY.smile
    expect(looking({ expression: middle + 1 })).toMatchObject({ Smile: { Value: true } })
    expect(looking({ expression: middle - 1 })).toMatchObject({ Smile: { Value: false } })
    for (const expression of [0, middle, 100]) {
      const { Smile } = looking({ expression }) as { Smile: { Confidence: number } }
      expect(Smile.Confidence).toBeGreaterThanOrEqual(50)
      expect(Smile.Confidence).toBeLessThan(100)
    }
    expect(looking({ age: 2 })).toMatchObject({ AgeRange: { Low: 0, High: 2 + CERTAINTY.ageYears } })
    expect(looking({ age: 99 })).toMatchObject({ AgeRange: { High: 100 } })
    expect(looking({ hasGlasses: false })).toMatchObject({ Eyeglasses: { Value: false } })
    const quality = { score: 20, reasons: ['covered'] as const }
    expect(detailOf({ ...FACE, quality })).toMatchObject({ FaceOccluded: { Value: true } })
  })

  it('is as sure as it was measured', () => {
    const file = new URL('../../../bench/results/certainty.json', import.meta.url)
    const measured: Certainty = JSON.parse(readFileSync(file, 'utf8'))
    const percents = ({ yes, no }: ReturnType<typeof shareRight>) => ({
      yes: Math.round(1000 * yes) / 10,
      no: Math.round(1000 * no) / 10,
    })
    expect(CERTAINTY).toEqual({
      ageYears: measured.age.years,
      smile: {
        middle: Math.round(10 * measured.smile.middle) / 10,
        slope: Math.round(1000 * measured.smile.slope) / 1000,
      },
      glasses: percents(shareRight(measured.glasses)),
      covered: percents(shareRight(measured.covered)),
    })
    // The engine's own number is given away for sex: of adults it says no more than is right.
    for (const { from, adults } of measured.sex) {
      if (adults.faces >= 100) expect(adults.right, String(from)).toBeGreaterThan(adults.stated - 0.01)
    }
  })
})
