// First: the runtime reads its environment when it is loaded.
import './quiet-runtime.js'

import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import type { Model } from '../face/models.js'

/** A network that holds native memory. */
export interface RunnableModel extends Model {
  /** Frees the native memory; no run may follow. */
  close(): Promise<void>
}

interface SessionOptions {
  /** Side of the square input in pixels. */
  readonly inputSize: number
  /** Threads that one run may use; 1 runs on the calling thread alone. */
  readonly intraOpThreads: number
}

const ERRORS_ONLY = 3

/**
 * Makes an ONNX file with one input `input` (`[N, 3, inputSize, inputSize]`) runnable on the CPU.
 * A run blocks the calling thread until it is done: the runtime computes synchronously. Runs belong in worker threads.
 * Never terminate a thread, nor exit the process, while one of its threads runs or loads a model: the runtime's binding
 * cannot return into an ending thread and aborts the whole process. Wait for the run, then terminate.
 */
export async function createModel(onnx: Uint8Array, options: SessionOptions): Promise<RunnableModel> {
  const { inputSize, intraOpThreads } = options
  env.logLevel = 'error'
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    logSeverityLevel: ERRORS_ONLY,
    // Idle threads of the runtime wait instead of burning a core.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  })
  let open = true
  return {
    inputSize,
    async run(input, batch) {
      checkInput(input, batch, inputSize)
      if (!open) throw new Error('The model has been closed.')
      const outputs = await session.run({ input: new Tensor('float32', input, [batch, 3, inputSize, inputSize]) })
      return readOutputs(outputs)
    },
    async close() {
      if (!open) return
      open = false
      await session.release()
    },
  }
}

function checkInput(input: Float32Array, batch: number, inputSize: number): void {
  if (!Number.isInteger(batch) || batch < 1) throw new Error(`Expected a batch of at least 1 but received ${batch}.`)
  const expected = batch * 3 * inputSize * inputSize
  if (input.length !== expected) {
    throw new Error(`Expected ${expected} numbers for a batch of ${batch} but received ${input.length}.`)
  }
}

function readOutputs(outputs: InferenceSession.OnnxValueMapType): Record<string, Float32Array> {
  const read: Record<string, Float32Array> = {}
  for (const [name, { data }] of Object.entries(outputs)) {
    if (!(data instanceof Float32Array)) throw new Error(`Expected the output ${name} to be float32.`)
    read[name] = data
  }
  return read
}
