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
    gallery,
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

const LOOKS = {
  ...{ age: 37.2, gender: 98.6, expression: 6, hasGlasses: true },
  ...{ pitchDegrees: 5.4, yawDegrees: -4.1, rollDegrees: -0.2 },
}

/** The fake engine, whose faces can be searched for, and described where it tells attributes. */
export function createEnrollingEngine({ tellsAttributes = false } = {}): FaceEngine {
  const fake = createFakeEngine()
  const findFaces: FaceEngine['findFaces'] = async (image, options, ...rest) => {
    const found = await fake.findFaces(image, options, ...rest)
    const embedding = embeddingOf(Buffer.from(image).toString('latin1'))
    const faces = found.faces.map(({ template, ...face }) => {
      const described = tellsAttributes && options.attributes ? { ...face, attributes: LOOKS } : face
      return template ? { ...described, template: { ...template, embedding, packId: PACK } } : described
    })
    return { ...found, faces }
  }
  return { ...fake, tellsAttributes, findFaces, analyze: analyzeWith(findFaces) }
}
