import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Face, FaceEngine } from '../../src/engine.js'
import { createEngine } from '../../src/worker/engine.js'
import { cutPerson } from '../../support/sample-people.js'

let cacheDir: string
let engine: FaceEngine
let portrait: Uint8Array
let original: Face

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  engine = await createEngine({ cacheDir, maxPixels: 4_000_000 })
  portrait = await cutPerson('womanInBar')
  original = await engine.analyze(portrait)
})
afterAll(async () => {
  await engine.close()
  await rm(cacheDir, { recursive: true, force: true })
})

/** The middle of the face, as wide as this share of its box. */
async function cropTo(share: number): Promise<Uint8Array> {
  const { x, y, width } = original.box
  const side = Math.round(share * width)
  const left = Math.round(x + (width - side) / 2)
  const top = Math.round(y + (width - side) / 2)
  return new Uint8Array(await sharp(portrait).extract({ left, top, width: side, height: side }).png().toBuffer())
}

/** A photograph of 2000 x 1500 pixels in which the face is 60 pixels wide, turned by `degrees`. */
async function intoLargePhoto(degrees: number): Promise<Uint8Array> {
  const side = Math.round((250 * 60) / original.box.width)
  const inset = await sharp(portrait).resize(side, side).rotate(degrees).toBuffer()
  return new Uint8Array(
    await sharp({ create: { width: 2000, height: 1500, channels: 3, background: '#76746e' } })
      .composite([{ input: inset, left: 1350, top: 950 }])
      .jpeg({ quality: 92 })
      .toBuffer(),
  )
}

describe('analyze, in hard photographs', () => {
  it('finds a face that overflows the frame', async () => {
    for (const share of [1, 0.85, 0.75]) {
      const face = await engine.analyze(await cropTo(share))
      expect(face.box.width / original.box.width).toBeGreaterThan(0.75)
      expect(face.box.width / original.box.width).toBeLessThan(1.33)
      expect(Math.abs(face.rollDegrees - original.rollDegrees)).toBeLessThan(20)
    }
  })

  it('finds a face of 3 % of a photograph, whichever way up', async () => {
    for (const degrees of [0, 90, 180, 270]) {
      const face = await engine.analyze(await intoLargePhoto(degrees))
      expect(face.box.width).toBeGreaterThan(48)
      expect(face.box.width).toBeLessThan(75)
      expect(engine.compare(original, face).similarity).toBeGreaterThan(90)
    }
  })
})
