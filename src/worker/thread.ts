import { workerData } from 'node:worker_threads'
import { createEngine, type EngineOptions } from './engine.js'
import { type AnalyzeReply, type AnalyzeTask, packFailure, type WarmUpReply } from './message.js'

/**
 * The body of one thread of the pool: its own networks, one image at a time.
 * The options come from the pool alone, which is typed; threads have no other way to receive them at start.
 */
const options: EngineOptions = workerData
const opened = await openEngine()

async function openEngine() {
  try {
    return { engine: await createEngine(options) }
  } catch (error) {
    // Told in the answers: an error that ends the thread would arrive without its name, and again with each new thread.
    return packFailure(error)
  }
}

/** Resolves once the networks are loaded, which is when the module is; or says why they cannot be. */
export function warmUp(): WarmUpReply {
  return 'failure' in opened ? opened : { packId: opened.engine.packId }
}

export async function analyze({ image }: AnalyzeTask): Promise<AnalyzeReply> {
  if ('failure' in opened) return opened
  try {
    return { face: await opened.engine.analyze(image) }
  } catch (error) {
    return packFailure(error)
  }
}
