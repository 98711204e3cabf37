// The floor under a pipeline: what its networks take by themselves. Watches every session of this process from outside, so
// that nothing of the pipeline is made for the benchmark.
import { InferenceSession } from 'onnxruntime-node'

/** Processor milliseconds of this process so far, all threads: unlike the clock's they hardly grow when others use the machine. */
export function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** To be called before the first run. One model is one session. */
export function watchRuns() {
  const models = new Map()
  let isRecording = true
  const { run } = InferenceSession.prototype

  InferenceSession.prototype.run = async function (feeds, ...rest) {
    if (!models.has(this))
      models.set(this, { name: describe(feeds), runs: 0, insideMs: 0, bareMs: 0, feeds: [], outputs: undefined })
    const model = models.get(this)
    // A copy: the pipeline uses its buffers again. Not of every run, because the copying would count as the pipeline's work.
    if (isRecording) model.feeds.push(mapValues(feeds, copy))
    const startMs = cpuMs()
    const outputs = await run.call(this, feeds, ...rest)
    model.insideMs += cpuMs() - startMs
    model.runs++
    return outputs
  }

  return {
    /** From here on the inputs are taken for those that were seen before: the pipeline does the same again and again. */
    endRecording() {
      isRecording = false
    },
    /** Forgets what was counted, for the end of the warm-up. */
    reset() {
      for (const model of models.values()) Object.assign(model, { runs: 0, insideMs: 0, bareMs: 0 })
    },
    /** Runs on their own what was recorded, with the same inputs. */
    async repeatAlone() {
      for (const [session, model] of models) {
        const startMs = cpuMs()
        // Into the same memory each time: else the garbage collector, at work beside it, would burden the pipeline.
        for (const feeds of model.feeds) {
          if (model.outputs) await run.call(session, feeds, model.outputs)
          else model.outputs = await run.call(session, feeds)
        }
        model.bareMs += cpuMs() - startMs
      }
    },
    /** In the order of their first runs; processor milliseconds of all runs inside of the pipeline and of as many on their own. */
    report: () => [...models.values()].map(({ name, runs, insideMs, bareMs }) => ({ name, runs, insideMs, bareMs })),
  }
}

function mapValues(record, map) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

function copy(tensor) {
  return new tensor.constructor(tensor.type, tensor.data.slice(), tensor.dims)
}

/** The networks of the default pack by the sides of their inputs. */
const NAMES = {
  128: 'coarse detector',
  256: 'detector',
  768: 'fine detector',
  112: 'landmarks',
  150: 'resnet',
  224: 'faceres',
}

function describe(feeds) {
  const [batch, ...dims] = Object.values(feeds)[0].dims
  const side = dims.at(-1)
  return `${NAMES[side] ?? `${side} px`}, batch of ${batch}`
}
