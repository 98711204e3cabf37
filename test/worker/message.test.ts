import { expect, it } from 'vitest'
import type { FacesInPicture, FoundFace } from '../../src/engine/engine.js'
import { MOST_FACES } from '../../src/engine/face.js'
import { packReply, unpackReply } from '../../src/worker/message.js'

const floats = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i) / 3)
const FACE = {
  box: { x: -1.5, y: 0.1, width: 100.25, height: 1 / 3 },
  landmarks: floats(136),
  detectionScore: 0.93,
  rollDegrees: -12.5,
  quality: { score: 12.25, reasons: ['small', 'cut_off'] },
  template: {
    packId: 'pack "é"',
    embedding: floats(1152),
    cohort: { gain: 1.01, offset: -0.1, centre: 0.7 },
    parts: { eyebrow: floats(3840), eye: floats(7), nose: floats(0), mouth: floats(3840).reverse() },
  },
  attributes: {
    age: 40.5,
    gender: 99,
    expression: 0,
    hasGlasses: true,
    pitchDegrees: -3,
    yawDegrees: 20,
    rollDegrees: 0.5,
  },
} as const satisfies FoundFace
const PICTURE: FacesInPicture = {
  faceCount: 2,
  imageWidth: 4000,
  imageHeight: 3000,
  stages: { decodeMs: 0.1, detectMs: 2, alignMs: 3, embedMs: 4 },
  faces: [FACE],
}

it('faces arrive as they were sent, with the memory of the process', () => {
  const plain: FoundFace = { ...FACE, quality: undefined, template: undefined, attributes: undefined }
  const picture = { ...PICTURE, faces: [FACE, plain] }
  const reply = unpackReply(packReply({ picture }))
  expect(reply).toEqual({ picture, residentBytes: expect.any(Number) })
  expect(reply.residentBytes).toBeGreaterThan(1e6)
})

it('as many faces arrive as are ever found', () => {
  const picture = { ...PICTURE, faces: Array.from({ length: MOST_FACES }, () => FACE) }
  expect(unpackReply(packReply({ picture }))).toMatchObject({ picture: { faces: { length: MOST_FACES } } })
})

it('a failure and a pack arrive, too', () => {
  const failure = { kind: 'FACE_NOT_DETECTED', sentence: 'No face — was found.' } as const
  expect(unpackReply(packReply({ failure }))).toMatchObject({ failure })
  expect(unpackReply(packReply({ packId: 'p' }))).toMatchObject({ packId: 'p' })
})

/** A reply with a face, or a picture, that is not as it should be. */
const withFace = (change: object) => packReply({ picture: { ...PICTURE, faces: [{ ...FACE, ...change }] } } as never)
const withTemplate = (change: object) => withFace({ template: { ...FACE.template, ...change } })
const withAttributes = (change: object) => withFace({ attributes: { ...FACE.attributes, ...change } })
const withPicture = (change: object) => packReply({ picture: { ...PICTURE, ...change } } as never)

it('what is no reply is refused', () => {
  const whole = packReply({ picture: PICTURE })
  for (const bytes of [
    whole.slice(0, -4),
    whole.slice(0, 3),
    Uint8Array.from([...whole, 0, 0, 0, 0]),
    new Uint8Array(0),
    Uint8Array.of(255, 255, 255, 255, 1, 2, 3, 4),
    new Uint8Array(64).fill(7),
    withTemplate({ embedding: undefined }),
    withTemplate({ embedding: { length: 9e15 } }),
    withTemplate({ parts: { ...FACE.template.parts, eye: [1, 2] } }),
    withTemplate({ cohort: { ...FACE.template.cohort, gain: Number.NaN } }),
    withTemplate({ packId: 1 }),
    withFace({ template: null }),
    withFace({ landmarks: { length: 8e8 } }),
    withFace({ box: { ...FACE.box, width: Number.POSITIVE_INFINITY } }),
    withFace({ quality: { score: 101, reasons: [] } }),
    withFace({ quality: { score: Number.NaN, reasons: [] } }),
    withFace({ quality: { score: 1, reasons: ['ugly'] } }),
    withFace({ quality: { score: 1 } }),
    withFace({ quality: null }),
    withAttributes({ age: 101 }),
    withAttributes({ gender: Number.NaN }),
    withAttributes({ hasGlasses: 'yes' }),
    withAttributes({ yawDegrees: undefined }),
    withPicture({ stages: {} }),
    withPicture({ faceCount: '2' }),
    withPicture({ faces: [] }),
    withPicture({ faces: Array.from({ length: MOST_FACES + 1 }, () => FACE) }),
    packReply({ packId: 'x'.repeat(300_000) }),
  ]) {
    expect(() => unpackReply(bytes)).toThrow()
  }
})
