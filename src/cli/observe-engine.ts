import type { FaceEngine } from '../engine/engine.js'

/** The engine, with a note of every image that is being worked on or waits. */
export function observeEngine(engine: FaceEngine, openImage: () => () => void): FaceEngine {
  return {
    ...engine,
    async analyze(image, signal, onWorkerLost) {
      const closeImage = openImage()
      try {
        return await engine.analyze(image, signal, onWorkerLost)
      } finally {
        closeImage()
      }
    },
  }
}
