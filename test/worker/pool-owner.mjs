// A program with a pool of strange workers, for tests of its end. Arguments: cache folder, what it does when it is ready.
import { startEnginePool } from '../../dist/worker/pool.js'

const [cacheDir, deed] = process.argv.slice(2)
const pool = await startEnginePool({
  cacheDir,
  maxPixels: 1000,
  workers: 2,
  queueSize: 2,
  timeoutMs: 60_000,
  workerFile: new URL('./strange-worker.mjs', import.meta.url),
})
await pool.ready
process.stdout.write(`${JSON.stringify(pool.pids())}\n`)
if (deed === 'hang') await pool.analyze(Buffer.from('hang'))
