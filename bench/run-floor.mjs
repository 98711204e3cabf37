// The floor under a pipeline: what its networks take by themselves. Watches every session of this process from outside, so
// that nothing of the pipeline is made for the benchmark.
import { InferenceSession } from 'onnxruntime-node'

/** Processor milliseconds of this process so far, all threads: unlike the clock's they hardly grow when others use the machine. */
export function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** To be called before the first run. One network is one session. */
export function watchRuns() {
  const networks = new Map()
  let isRecording = false
  const { run } = InferenceSession.prototype

  InferenceSession.prototype.run = async function (feeds, ...rest) {
    if (!networks.has(this)) {
      networks.set(this, { name: nameOf(this), runs: 0, insideMs: 0, bareMs: 0, recorded: [] })
    }
    const network = networks.get(this)
    // A copy: the pipeline uses its buffers again. Not of every run, because the copying would count as the pipeline's work.
    if (isRecording) network.recorded.push({ feeds: mapValues(feeds, copy), outputs: undefined })
    const startMs = cpuMs()
    const outputs = await run.call(this, feeds, ...rest)
    network.insideMs += cpuMs() - startMs
    network.runs++
    return outputs
  }

  return {
    /** What runs from here on, to {@link endRecording}, is what the pipeline does again and again. */
    startRecording() {
      isRecording = true
    },
    endRecording() {
      isRecording = false
    },
    /** Forgets what was counted, for the end of the warm-up. */
    reset() {
      for (const network of networks.values()) Object.assign(network, { runs: 0, insideMs: 0, bareMs: 0 })
    },
    /** Runs on their own what was recorded, with the same inputs. */
    async repeatAlone() {
      for (const [session, network] of networks) {
        const startMs = cpuMs()
        for (const recorded of network.recorded) {
          // Into the same memory each time: else the garbage collector, at work beside it, would burden the pipeline.
          if (recorded.outputs) await run.call(session, recorded.feeds, recorded.outputs)
          else recorded.outputs = await run.call(session, recorded.feeds)
        }
        network.bareMs += cpuMs() - startMs
      }
    },
    /** Those that ran, in the order of their first runs; processor milliseconds of all runs inside of the pipeline and of as many on their own. */
    report: () =>
      [...networks.values()]
        .filter(({ runs }) => runs > 0)
        .map(({ name, runs, insideMs, bareMs }) => ({ name, runs, insideMs, bareMs })),
  }
}

function mapValues(record, map) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

function copy(tensor) {
  return new tensor.constructor(tensor.type, tensor.data.slice(), tensor.dims)
}

/** The networks of the default pack by the first of their outputs. */
const NAMES = { logits: 'detector', landmarks: 'landmarks', embedding: 'embedder' }

function nameOf({ outputNames: [first] }) {
  return NAMES[first] ?? first
}
