import { analyzeWith, type FaceEngine } from '../engine/engine.js'

/** The engine, with a note of every image that is being worked on or waits. */
export function observeEngine(engine: FaceEngine, openImage: () => () => void): FaceEngine {
  const findFaces: FaceEngine['findFaces'] = async (image, options, signal, onWorkerLost) => {
    const closeImage = openImage()
    try {
      return await engine.findFaces(image, options, signal, onWorkerLost)
    } finally {
      closeImage()
    }
  }
  return { ...engine, findFaces, analyze: analyzeWith(findFaces) }
}
