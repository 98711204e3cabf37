// One contender in a process of its own. Arguments: name of its file here, two JPEG files.
// Tells the score of that pair as soon as it has it, then answers messages: { pair: [file, file] } with the score and
// what it took, { end: true } with the most memory the process has had at once.
import { readFileSync } from 'node:fs'
import { readPeakBytes } from '../family-usage.mjs'

const [name, ...firstPair] = process.argv.slice(2)
const { open } = await import(`./${name}.mjs`)
const contender = await open()

const score = await contender.compare(...readPair(firstPair))
process.send({ score: score ?? null })

process.on('message', async ({ pair }) => {
  if (!pair) {
    process.send({ peakMiB: readPeakBytes() / 2 ** 20 }, () => process.exit(0))
    return
  }
  process.send(await time(readPair(pair)))
})
process.on('disconnect', () => process.exit(1))

function readPair(files) {
  return files.map((file) => new Uint8Array(readFileSync(file)))
}

async function time(pair) {
  const startCpu = process.cpuUsage()
  const startMs = performance.now()
  const score = await contender.compare(...pair)
  const ms = performance.now() - startMs
  const { user, system } = process.cpuUsage(startCpu)
  return { score: score ?? null, ms, cpuMs: (user + system) / 1000 }
}
