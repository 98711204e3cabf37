// First: the runtime reads its environment when it is loaded.
import './quiet-runtime.js'

import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import type { Network, Outputs } from '../pipeline/network.js'

/** An input or output as its file declares it. */
export interface Port {
  readonly name: string
  /** Such as `float32`; empty for what is no tensor. */
  readonly type: string
  /** A word stands for a size that is known at run time only; empty when nothing is declared. */
  readonly shape: readonly (number | string)[]
}

/** A network that holds native memory. */
export interface OpenNetwork extends Network {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Frees the native memory; no run may follow. */
  close(): Promise<void>
}

const ERRORS_ONLY = 3

/** What one run reads and writes. */
interface Room {
  readonly key: string
  readonly input: Float32Array
  readonly feeds: Readonly<Record<string, Tensor>>
  /** Of the first run in it: later ones write there. */
  outputs: { readonly tensors: InferenceSession.OnnxValueMapType; readonly values: Outputs } | undefined
}

/**
 * Rooms wait to be used again as long as they take no more than this together, and are no more than so many: one image needs few sizes,
 * and the largest, a part of a fine look, several times.
 */
const MOST_SPARE_BYTES = 5 * 1024 * 1024
const MOST_SPARE_ROOMS = 16

/**
 * Makes an ONNX file with one float32 input runnable on the CPU. A run blocks the calling thread until it is done: the
 * runtime computes synchronously. Runs belong in worker processes. Never exit the process while a network runs or is loaded:
 * the runtime's binding cannot return into an ending thread and aborts with a message. Wait for the run, or end the process
 * with SIGKILL. The file must hold its weights itself: from bytes the runtime would look for others in the working folder.
 *
 * @param intraOpThreads threads that one run may use; 1 runs on the calling thread alone
 */
export async function openNetwork(onnx: Uint8Array, intraOpThreads: number): Promise<OpenNetwork> {
  const session = await openSession(onnx, intraOpThreads)
  const [inputName = ''] = session.inputNames
  let spare: Room[] = []
  let open = true

  function takeRoom(dims: readonly number[]): Room {
    const key = dims.join()
    const at = spare.findIndex((room) => room.key === key)
    const [room] = at < 0 ? [] : spare.splice(at, 1)
    if (room) return room
    const input = new Float32Array(dims.reduce((product, side) => product * side, 1))
    return { key, input, feeds: { [inputName]: new Tensor('float32', input, dims) }, outputs: undefined }
  }

  /** Those that were used longest ago are given up, but none for one that is too large to be kept by itself. */
  function keepRoom(room: Room): void {
    if (!open || bytesOf(room) > MOST_SPARE_BYTES) return
    spare.push(room)
    const sum = () => spare.reduce((bytes, kept) => bytes + bytesOf(kept), 0)
    while (spare.length > MOST_SPARE_ROOMS || sum() > MOST_SPARE_BYTES) spare.shift()
  }

  async function runIn(room: Room): Promise<Outputs> {
    if (!open) throw new Error('The network has been closed.')
    const { outputs } = room
    const tensors = await (outputs ? session.run(room.feeds, outputs.tensors) : session.run(room.feeds))
    room.outputs ??= { tensors, values: readOutputs(tensors) }
    return room.outputs.values
  }

  return {
    inputs: session.inputMetadata.map(describePort),
    outputs: session.outputMetadata.map(describePort),
    prepare(dims) {
      const room = takeRoom(dims)
      let isDone = false
      return {
        input: room.input,
        async finish(read) {
          if (isDone) throw new Error('Expected a prepared run to be finished once.')
          isDone = true
          const result = read(await runIn(room))
          keepRoom(room)
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

function bytesOf({ input, outputs }: Room): number {
  const results = [...(outputs?.values.values() ?? [])]
  return results.reduce((bytes, { data }) => bytes + data.byteLength, input.byteLength)
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
    // Else what a run takes is kept as one block for each size of input, and a detector has many: 15 MB, for nothing gained in time.
    enableMemPattern: false,
    logSeverityLevel: ERRORS_ONLY,
    // Idle threads of the runtime wait instead of burning a core.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  })
}

/** Outputs of other types are nothing that a pack can name. */
function readOutputs(outputs: InferenceSession.OnnxValueMapType): Outputs {
  return new Map(
    Object.entries(outputs).flatMap(([name, { data, dims }]) =>
      data instanceof Float32Array ? [[name, { data, dims }] as const] : [],
    ),
  )
}
