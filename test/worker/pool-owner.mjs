// A program with a pool of strange workers, for tests of its end. Arguments: folder of a pack, what it does when it is ready.
import { startEnginePool } from '../../dist/worker/pool.js'

const [modelPack, deed] = process.argv.slice(2)
const pool = await startEnginePool({
  modelPack,
  calibration: 'optional',
  maxPixels: 1000,
  workers: 2,
  queueSize: 2,
  timeoutMs: 60_000,
  workerFile: new URL('./strange-worker.mjs', import.meta.url),
})
await pool.ready
process.stdout.write(`${JSON.stringify(pool.pids())}\n`)
if (deed === 'hang') await pool.analyze(Buffer.from('hang'))
