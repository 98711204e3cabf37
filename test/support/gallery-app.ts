import type { FastifyInstance } from 'fastify'
import { analyzeWith, type FaceEngine } from '../../src/engine/engine.js'
import { embeddingOf, openGallery, PACK } from './gallery.js'
import { createFakeEngine, type ServiceOptions, startApp } from './http-service.js'
import { kinds } from './store-kinds.js'

/** A service with persons, kept in a file of its own: whoever's picture has the same bytes is the same person. */
export async function openGalleryApp(options: ServiceOptions = {}): Promise<{
  readonly app: FastifyInstance
  readonly close: () => Promise<void>
}> {
  const place = await kinds[0]?.makePlace()
  if (!place) throw new Error('There is no kind of store.')
  const store = await place.open()
  const { gallery, mirror } = openGallery(store)
  const app = await startApp({
    engine: createEnrollingEngine(),
    gallery: { ...gallery, tellsAttributes: false },
    ...options,
  })
  const close = async () => {
    await app.close()
    await mirror.close()
    await store.close()
    await place.remove()
  }
  return { app, close }
}

/** The fake engine, whose faces can be searched for. */
function createEnrollingEngine(): FaceEngine {
  const fake = createFakeEngine()
  const findFaces: FaceEngine['findFaces'] = async (image, ...rest) => {
    const found = await fake.findFaces(image, ...rest)
    const embedding = embeddingOf(Buffer.from(image).toString('latin1'))
    const faces = found.faces.map(({ template, ...face }) => {
      return template ? { ...face, template: { ...template, embedding, packId: PACK } } : face
    })
    return { ...found, faces }
  }
  return { ...fake, findFaces, analyze: analyzeWith(findFaces) }
}
