import { describe, expect, it } from 'vitest'
import { type Embedder, embedFace, type FacePoints } from '../../src/pipeline/embed.js'
import type { FivePoints } from '../../src/pipeline/five-points.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import { MEAN_FACE } from '../support/mean-face.js'

const embedder: Embedder = {
  network: {
    prepare: (dims) => ({
      input: new Float32Array(dims.reduce((product, side) => product * side, 1)),
      finish: async (read) => read(new Map([['vector', { data: Float32Array.of(3, 4), dims: [1, 2] }]])),
    }),
  },
  input: { layout: 'NCHW', size: 16, channels: 'rgb', mean: [0, 0, 0], scale: [1, 1, 1] },
  output: 'vector',
  alignment: { template: 'arcface-112' },
  views: [{ scale: 1, degrees: 0, mirrored: false }],
  weight: 1,
  maps: [],
}
const picture = new Pyramid({ width: 32, height: 32, data: new Uint8Array(3 * 32 * 32) })
const landmarks = Float32Array.from(MEAN_FACE, (value) => 32 * value)

const embed = (face: FacePoints) => embedFace([embedder], picture, face)
const pointsAt = (x: number, y: number): FivePoints => {
  const point = { x, y }
  return [point, point, point, point, point]
}

describe('a face', () => {
  it('whose landmarks say where it is has an embedding', async () => {
    const { embedding } = await embed({ landmarks })
    expect([...embedding].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8])
  })

  it.each<[string, FacePoints]>([
    ['landmarks are no numbers', { landmarks: landmarks.map(() => Number.NaN) }],
    ['landmarks are all at one place', { landmarks: landmarks.map(() => 7) }],
    ['points are no numbers', { landmarks, points: pointsAt(Number.NaN, 1) }],
    ['points are all at one place', { landmarks, points: pointsAt(7, 7) }],
  ])('whose %s has none', async (_, face) => {
    await expect(embed(face)).rejects.toMatchObject({ kind: 'EMBEDDING_FAILED' })
  })
})
