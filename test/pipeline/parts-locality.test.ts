import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Face, FaceEngine } from '../../src/engine/engine.js'
import { PART_NAMES, type PartName } from '../../src/engine/face.js'
import { createEngine } from '../../src/engine/local-engine.js'
import { cutPerson, type SamplePerson } from '../../support/sample-people.js'

const PART_LANDMARKS = { eyebrow: [17, 26], eye: [36, 47], nose: [27, 35], mouth: [48, 67] } as const

let engine: FaceEngine

beforeAll(async () => {
  engine = await createEngine({ maxPixels: 1_000_000 })
})
afterAll(async () => {
  await engine.close()
})

/** The picture with the box around one part of the face blurred. */
async function blurPart(picture: Uint8Array, { landmarks }: Face, part: PartName): Promise<Uint8Array> {
  const [first, last] = PART_LANDMARKS[part]
  const points = landmarks.subarray(2 * first, 2 * last + 2)
  const xs = points.filter((_, i) => i % 2 === 0)
  const ys = points.filter((_, i) => i % 2 === 1)
  const left = Math.max(0, Math.round(Math.min(...xs)) - 2)
  const top = Math.max(0, Math.round(Math.min(...ys)) - 2)
  const width = Math.round(Math.max(...xs)) + 2 - left
  const height = Math.round(Math.max(...ys)) + 2 - top
  const patch = await sharp(picture).extract({ left, top, width, height }).blur(6).toBuffer()
  return sharp(picture)
    .composite([{ input: patch, left, top }])
    .jpeg({ quality: 95 })
    .toBuffer()
}

describe('the similarity of a facial part', () => {
  const people: readonly SamplePerson[] = ['man', 'manAgain', 'womanInBar', 'otherWoman']

  it.each(people)('falls most for the part that was changed (%s)', async (person) => {
    const picture = await cutPerson(person)
    const face = await engine.analyze(picture)
    for (const changed of PART_NAMES) {
      const { parts } = engine.compare(face, await engine.analyze(await blurPart(picture, face, changed)))
      const lowest = PART_NAMES.toSorted((p, q) => parts[p] - parts[q])[0]
      expect({ changed, lowest }).toEqual({ changed, lowest: changed })
    }
  })
})
