import { expect, it } from 'vitest'
import type { Face } from '../../src/engine/engine.js'
import { packReply, unpackReply } from '../../src/worker/message.js'

const floats = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i) / 3)
const FACE: Face = {
  packId: 'pack "é"',
  embedding: floats(1152),
  cohort: { gain: 1.01, offset: -0.1, centre: 0.7 },
  parts: { eyebrow: floats(3840), eye: floats(7), nose: floats(0), mouth: floats(3840).reverse() },
  box: { x: -1.5, y: 0.1, width: 100.25, height: 1 / 3 },
  landmarks: floats(136),
  detectionScore: 0.93,
  rollDegrees: -12.5,
  faceCount: 2,
  imageWidth: 4000,
  imageHeight: 3000,
  stages: { decodeMs: 0.1, detectMs: 2, alignMs: 3, embedMs: 4 },
  quality: { score: 12.25, reasons: ['small', 'cut_off'] },
}

it('a face arrives as it was sent, with the memory of the process', () => {
  const reply = unpackReply(packReply({ face: FACE }))
  expect(reply).toEqual({ face: FACE, residentBytes: expect.any(Number) })
  expect(reply.residentBytes).toBeGreaterThan(1e6)
})

it('a face of a pack without a measure of quality arrives without one', () => {
  expect(unpackReply(packReply({ face: { ...FACE, quality: undefined } }))).toMatchObject({
    face: { packId: FACE.packId },
  })
  expect(unpackReply(packReply({ face: { ...FACE, quality: undefined } }))).not.toHaveProperty('face.quality')
})

it('a failure and a pack arrive, too', () => {
  const failure = { kind: 'FACE_NOT_DETECTED', sentence: 'No face — was found.' } as const
  expect(unpackReply(packReply({ failure }))).toMatchObject({ failure })
  expect(unpackReply(packReply({ packId: 'p' }))).toMatchObject({ packId: 'p' })
})

it('what is no reply is refused', () => {
  const whole = packReply({ face: FACE })
  for (const bytes of [
    whole.slice(0, -4),
    whole.slice(0, 3),
    Uint8Array.from([...whole, 0, 0, 0, 0]),
    new Uint8Array(0),
    Uint8Array.of(255, 255, 255, 255, 1, 2, 3, 4),
    new Uint8Array(64).fill(7),
    packReply({ face: { ...FACE, embedding: undefined } } as never),
    packReply({ face: { ...FACE, embedding: { length: 9e15 } } } as never),
    packReply({ face: { ...FACE, landmarks: { length: 8e8 } } } as never),
    packReply({ face: { ...FACE, parts: { ...FACE.parts, eye: [1, 2] } } } as never),
    packReply({ face: { ...FACE, stages: {} } } as never),
    packReply({ face: { ...FACE, cohort: { ...FACE.cohort, gain: Number.NaN } } }),
    packReply({ face: { ...FACE, box: { ...FACE.box, width: Number.POSITIVE_INFINITY } } }),
    packReply({ face: { ...FACE, faceCount: '2' } } as never),
    packReply({ face: { ...FACE, quality: { score: 101, reasons: [] } } }),
    packReply({ face: { ...FACE, quality: { score: Number.NaN, reasons: [] } } }),
    packReply({ face: { ...FACE, quality: { score: 1, reasons: ['ugly'] } } } as never),
    packReply({ face: { ...FACE, quality: { score: 1 } } } as never),
    packReply({ face: { ...FACE, quality: null } } as never),
    packReply({ packId: 'x'.repeat(70_000) }),
  ]) {
    expect(() => unpackReply(bytes)).toThrow()
  }
})
