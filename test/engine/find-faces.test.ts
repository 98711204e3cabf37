import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaceEngine, FindOptions, FoundFace } from '../../src/engine/engine.js'
import { createEngine } from '../../src/engine/local-engine.js'
import { cutPerson, GROUP_PHOTO, SAMPLE_PEOPLE } from '../../support/sample-people.js'

let engine: FaceEngine

beforeAll(async () => {
  engine = await createEngine({ maxPixels: 40_000_000 })
})
afterAll(() => engine.close())

const ALL: FindOptions = { which: 'all', attributes: false, templates: false }
const areaOf = ({ box }: FoundFace): number => box.width * box.height

/** Whether a head that is turned aside by a quarter is seen depends on its size in the picture. */
const FACING = SAMPLE_PEOPLE.filter((person) => person !== 'manAtTheLeft')

/** People side by side in rows on a ground of this size, all of one side. */
async function line(count: number, side: number, ground: { readonly width: number; readonly height: number }) {
  const perRow = Math.floor(ground.width / side)
  const layers = await Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      input: Buffer.from(await cutPerson(FACING[i % FACING.length]!, side)),
      left: (i % perRow) * side,
      top: Math.floor(i / perRow) * side,
    })),
  )
  const picture = sharp({ create: { ...ground, channels: 3, background: '#777' } }).composite(layers)
  return new Uint8Array(await picture.jpeg({ quality: 92 }).toBuffer())
}

describe('all faces of a picture', () => {
  it('begin with the one that is compared, and go on from large to small', async () => {
    const photo = await readFile(GROUP_PHOTO)
    const { faces, faceCount, imageWidth } = await engine.findFaces(photo, ALL)
    const compared = await engine.analyze(photo)
    expect([faces.length, faceCount, imageWidth]).toEqual([4, 4, compared.imageWidth])
    const [first, ...others] = faces
    expect(first).toMatchObject({ box: compared.box, landmarks: compared.landmarks, quality: compared.quality })
    const areas = others.map(areaOf)
    expect(areas).toEqual(areas.toSorted((p, q) => q - p))
  })

  it('are found each once, whether they are many or small', async () => {
    const { faces } = await engine.findFaces(await line(12, 100, { width: 400, height: 300 }), ALL)
    expect(faces).toHaveLength(12)
    const cells = faces.map(
      ({ box }) => Math.floor((box.y + box.height / 2) / 100) * 4 + Math.floor((box.x + box.width / 2) / 100),
    )
    expect(new Set(cells).size).toBe(12)
  })

  it('are read from the pixels that a large picture has', async () => {
    const picture = await line(3, 250, { width: 4000, height: 3000 })
    const options = { ...ALL, templates: true }
    const { faces, imageWidth } = await engine.findFaces(picture, options)
    expect([faces.length, imageWidth]).toEqual([3, 4000])
    for (const face of faces) {
      const person = FACING[Math.floor((face.box.x + face.box.width / 2) / 250)]!
      const alone = await engine.analyze(await cutPerson(person, 250))
      expect(engine.compare(face.template!, alone).similarity).toBeGreaterThan(90)
    }
  })

  it('are one where there is one, and an error where there is none', async () => {
    expect((await engine.findFaces(await cutPerson('man'), ALL)).faces).toHaveLength(1)
    const grey = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#777' } })
      .png()
      .toBuffer()
    await expect(engine.findFaces(grey, ALL)).rejects.toMatchObject({ kind: 'FACE_NOT_DETECTED' })
  })
})

it('what was not asked for is not given', async () => {
  const man = await cutPerson('man')
  const [plain] = (await engine.findFaces(man, { ...ALL, which: 'largest' })).faces
  expect(plain).not.toHaveProperty('template')
  expect(plain).not.toHaveProperty('attributes')
  const [face] = (await engine.findFaces(man, { which: 'largest', attributes: true, templates: true })).faces
  const { packId, embedding, cohort, parts } = await engine.analyze(man)
  expect(face?.template).toEqual({ packId, embedding, cohort, parts })
})

it('attributes tell men from women, and grown-ups', async () => {
  const tell = async (person: (typeof SAMPLE_PEOPLE)[number]) => {
    const options = { which: 'largest', attributes: true, templates: false } as const
    return (await engine.findFaces(await cutPerson(person), options)).faces[0]?.attributes
  }
  const man = await tell('man')
  const woman = await tell('womanInBar')
  expect(man?.gender).toBeGreaterThan(80)
  expect(woman?.gender).toBeLessThan(20)
  for (const told of [man, woman]) {
    expect(told?.age).toBeGreaterThan(15)
    expect(told?.age).toBeLessThan(75)
    expect(Math.abs(told?.yawDegrees ?? 90)).toBeLessThan(60)
  }
})
