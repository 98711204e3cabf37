// First: the runtime reads its environment when it is loaded.
import './quiet-runtime.js'

import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import type { Model, Outputs } from '../pipeline/models.js'
import type { TensorModel } from '../pipeline/tensor-model.js'

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

/** An input or output as its file declares it. */
export interface Port {
  readonly name: string
  /** Such as `float32`; empty for what is no tensor. */
  readonly type: string
  /** A word stands for a size that is known at run time only; empty when nothing is declared. */
  readonly shape: readonly (number | string)[]
}

/** A network of somebody else's making that holds native memory. */
export interface RunnableTensorModel extends TensorModel {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Frees the native memory; no run may follow. */
  close(): Promise<void>
}

const ERRORS_ONLY = 3

/** What one run reads and writes. */
interface Room {
  readonly batch: number
  readonly input: Float32Array
  readonly feeds: { readonly input: Tensor }
  /** Of the first run in it: later ones write there. */
  outputs: { readonly tensors: InferenceSession.OnnxValueMapType; readonly values: Outputs } | undefined
}

/** So many rooms wait to be used again: one image needs one, and seldom are more than a few worked on at the same time. */
const MOST_SPARE_ROOMS = 4
/** The input of the largest room that is kept. Of larger ones, that of the finest detector, there is seldom use. */
const MOST_KEPT_BYTES = 4 * 1024 * 1024

/**
 * Makes an ONNX file with one input `input` (`[N, 3, inputSize, inputSize]`) runnable on the CPU.
 * A run blocks the calling thread until it is done: the runtime computes synchronously. Runs belong in worker processes.
 * Never exit the process while a model runs or is loaded: the runtime's binding cannot return into an ending thread and
 * aborts with a message. Wait for the run, or end the process with SIGKILL.
 */
export async function createModel(onnx: Uint8Array, options: SessionOptions): Promise<RunnableModel> {
  const { inputSize, intraOpThreads } = options
  const session = await openSession(onnx, intraOpThreads)
  let spare: Room[] = []
  let open = true

  function makeRoom(batch: number, input: Float32Array = new Float32Array(batch * 3 * inputSize * inputSize)): Room {
    return {
      batch,
      input,
      feeds: { input: new Tensor('float32', input, [batch, 3, inputSize, inputSize]) },
      outputs: undefined,
    }
  }

  /** Rooms of another size are given up: a network sees one batch size as long as its pack is open, or nearly so. */
  function takeRoom(batch: number): Room {
    spare = spare.filter((room) => room.batch === batch)
    return spare.pop() ?? makeRoom(batch)
  }

  async function runIn(room: Room): Promise<Outputs> {
    if (!open) throw new Error('The model has been closed.')
    const { outputs } = room
    const tensors = await (outputs ? session.run(room.feeds, outputs.tensors) : session.run(room.feeds))
    room.outputs ??= { tensors, values: readOutputs(tensors) }
    return room.outputs.values
  }

  return {
    inputSize,
    async run(input, batch) {
      checkBatch(batch)
      checkInput(input, batch, inputSize)
      return runIn(makeRoom(batch, input))
    },
    prepare(batch) {
      checkBatch(batch)
      const room = takeRoom(batch)
      let isDone = false
      return {
        input: room.input,
        async finish(read) {
          if (isDone) throw new Error('Expected a prepared run to be finished once.')
          isDone = true
          const result = read(await runIn(room))
          if (spare.length < MOST_SPARE_ROOMS && room.input.byteLength <= MOST_KEPT_BYTES) spare.push(room)
          return result
        },
      }
    },
    async close() {
      if (!open) return
      open = false
      spare = []
      await session.release()
    },
  }
}

/**
 * Makes any ONNX file with one float32 input runnable on the CPU; what is said of {@link createModel} holds here too.
 * A run gives the float32 outputs.
 * The file must hold its weights itself: from bytes the runtime would look for others in the working folder.
 */
export async function createTensorModel(onnx: Uint8Array, intraOpThreads: number): Promise<RunnableTensorModel> {
  const session = await openSession(onnx, intraOpThreads)
  const [inputName = ''] = session.inputNames
  let open = true
  return {
    inputs: session.inputMetadata.map(describePort),
    outputs: session.outputMetadata.map(describePort),
    async run({ data, dims }) {
      if (!open) throw new Error('The model has been closed.')
      const results = await session.run({ [inputName]: new Tensor('float32', data, dims) })
      // Outputs of other types are nothing that a pack can name.
      return new Map(
        session.outputNames.flatMap((name) => {
          const output = results[name]
          return output?.data instanceof Float32Array ? [[name, { data: output.data, dims: output.dims }] as const] : []
        }),
      )
    },
    async close() {
      if (!open) return
      open = false
      await session.release()
    },
  }
}

function describePort(port: InferenceSession.ValueMetadata): Port {
  return port.isTensor
    ? { name: port.name, type: port.type, shape: port.shape }
    : { name: port.name, type: '', shape: [] }
}

function openSession(onnx: Uint8Array, intraOpThreads: number): Promise<InferenceSession> {
  env.logLevel = 'error'
  return InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    logSeverityLevel: ERRORS_ONLY,
    // Idle threads of the runtime wait instead of burning a core.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  })
}

function checkBatch(batch: number): void {
  if (!Number.isInteger(batch) || batch < 1) throw new Error(`Expected a batch of at least 1 but received ${batch}.`)
}

function checkInput(input: Float32Array, batch: number, inputSize: number): void {
  const expected = batch * 3 * inputSize * inputSize
  if (input.length !== expected) {
    throw new Error(`Expected ${expected} numbers for a batch of ${batch} but received ${input.length}.`)
  }
}

function readOutputs(outputs: InferenceSession.OnnxValueMapType): Outputs {
  const read: Record<string, Float32Array> = {}
  for (const [name, { data }] of Object.entries(outputs)) {
    if (!(data instanceof Float32Array)) throw new Error(`Expected the output ${name} to be float32.`)
    read[name] = data
  }
  return read
}
