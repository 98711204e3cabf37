// Kills a worker process that has said that it is ready, which nobody has read yet, and waits for its end.
import { packOptions } from '../../dist/worker/message.js'
import { WorkerProcess } from '../../dist/worker/worker-process.js'

/** Longer than the process takes to get ready. */
const READY_MS = 1500

const hello = packOptions({ engine: { maxPixels: 1 }, maxGrowthBytes: 2 ** 30 })
const worker = new WorkerProcess(new URL('./large-worker.mjs', import.meta.url), Promise.resolve(hello))
await new Promise((resolve) => setImmediate(resolve))
// Nothing is read meanwhile.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, READY_MS)
worker.kill('it was not needed any more')
await worker.ended
process.stdout.write('ended')
