import { workerData } from 'node:worker_threads'
import { createEngine, type EngineOptions } from './engine.js'
import { type AnalyzeReply, type AnalyzeTask, packFailure } from './message.js'

/**
 * The body of one thread of the pool: its own networks, one image at a time.
 * The options come from the pool alone, which is typed; threads have no other way to receive them at start.
 */
const options: EngineOptions = workerData
const engine = await createEngine(options)

/** Resolves once the networks are loaded, which is when the module is. */
export function warmUp(): string {
  return engine.packId
}

export async function analyze({ image }: AnalyzeTask): Promise<AnalyzeReply> {
  try {
    return { face: await engine.analyze(image) }
  } catch (error) {
    return packFailure(error)
  }
}
