import { afterEach, beforeEach, expect, it } from 'vitest'
import { FaceCompareError } from '../../../src/errors.js'
import { createNamedFaces, type GalleryService, startGalleryService } from '../../support/gallery-service.js'

/** How much room in the queue of the engine each call asks for. */

let asked: number[]
let isNearlyFull: boolean
let service: GalleryService
beforeEach(async () => {
  asked = []
  isNearlyFull = false
  const requireRoom = (images: number): void => {
    asked.push(images)
    if (isNearlyFull && images > 1) throw new FaceCompareError('TOO_MANY_REQUESTS', 'There is one place left.')
  }
  service = await startGalleryService({ app: { engine: { ...createNamedFaces(), requireRoom } } })
  await service.json('newperson', { person_id: 'ann', group_ids: ['g'], url: 'http://host/ann' })
  asked = []
  isNearlyFull = true
})
afterEach(() => service.close())

it('a search takes the last place, whichever path it comes by', async () => {
  for (const call of ['identify', 'multidentify']) {
    expect(await service.json(call, { group_id: 'g', url: 'http://host/ann' })).toMatchObject({ code: 0 })
  }
  expect(Math.max(...asked)).toBe(1)
})

it('a comparison needs two places, also by the path of searches', async () => {
  const pictures = { urlA: 'http://host/ann', urlB: 'http://host/bob' }
  for (const call of ['compare', 'identify']) {
    expect(await service.json(call, pictures)).toMatchObject({ code: 15 })
  }
  isNearlyFull = false
  expect(await service.json('identify', pictures)).toMatchObject({ code: 0, data: { similarity: expect.any(Number) } })
})
