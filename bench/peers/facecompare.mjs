// This project as a library: the compiled engine in this thread, one thread in each network run.
import { createEngine } from '../../dist/engine/local-engine.js'

export async function open() {
  const engine = await createEngine({ maxPixels: 40_000_000 })
  return {
    async compare(a, b) {
      try {
        const first = await engine.analyze(a)
        const second = await engine.analyze(b)
        return engine.compare(first, second).similarity
      } catch (error) {
        if (error.kind === 'FACE_NOT_DETECTED') return undefined
        throw error
      }
    },
  }
}
