// A program whose one worker dies while no file descriptor is free; started with a low limit of them. Argument: folder of a pack.
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEnginePool } from '../../dist/worker/pool.js'

const [modelPack] = process.argv.slice(2)
const losses = []
const pool = await startEnginePool({
  modelPack,
  calibration: 'optional',
  maxPixels: 1000,
  workers: 1,
  queueSize: 2,
  timeoutMs: 60_000,
  workerFile: new URL('./strange-worker.mjs', import.meta.url),
  onWorkerLost: ({ message }) => losses.push(message),
})
await pool.ready

async function until(condition) {
  const endMs = performance.now() + 20_000
  while (!condition() && performance.now() < endMs) await sleep(10)
}

function takeAllDescriptors() {
  const taken = []
  try {
    for (;;) taken.push(openSync('/dev/null'))
  } catch {
    return taken
  }
}

const readyBefore = pool.readyWorkers()
const [pid] = pool.pids()
let taken = takeAllDescriptors()
process.kill(pid, 'SIGKILL')
await until(() => losses.length > 0)
// Those of the worker's pipes.
taken = [...taken, ...takeAllDescriptors()]
await until(() => losses.some((message) => message.includes('EMFILE')))
const lossesAtFirst = losses.length
await sleep(1000)
const [readyWithout, pidsWithout, lossesWithout] = [pool.readyWorkers(), pool.pids(), losses.length]
for (const fd of taken) closeSync(fd)
await until(() => pool.readyWorkers() === 1)
const face = await pool.analyze(Buffer.from('next'))
process.stdout.write(
  JSON.stringify({
    readyBefore,
    readyWithout,
    pidsWithout,
    triedAgain: lossesWithout > lossesAtFirst,
    triedTooOften: lossesWithout > lossesAtFirst + 10,
    readyAfter: pool.readyWorkers(),
    answered: JSON.parse(face.packId).word,
  }),
)
await pool.close()
