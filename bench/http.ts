/**
 * The service over HTTP: calls a second, latency, event-loop delay and memory, from one connection to 64, held to bars.
 * The built service, the same pipeline without HTTP and the load generator are three processes that share the machine;
 * what is compared is measured in turns, and the medians of the rounds are compared. A service time is the median latency
 * of a call of one client, alone. `--calls 0` leaves the long run for the memory out.
 *
 *     npm run bench:http -- [--calls 20000] [--seconds 4] [--rounds 6]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.js'
import { cutPerson } from '../support/sample-people.js'
import {
  type Bench,
  measureDoors,
  measureLargeJson,
  measureMemory,
  measureOneClient,
  measureOverload,
  measureSaturation,
  measureSweep,
  type Sweep,
  warmUp,
} from './http-cases.js'
import { startBarePipeline, startLoadGenerator, startService } from './http-processes.js'
import { describeBars, describeMemory, describeResults, type HttpResults, judge } from './http-report.js'
import { type Door, FORMATS, makeDoorRequest, makeRequest } from './http-requests.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

/** Pixels of a square picture: what a cut-out face has, and what a camera sends. */
const SMALL_SIDE = 250
const LARGE_SIDE = 1600

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '6' },
  },
})
/** Of the minute before: what else the machine was at. */
const [loadAverage] = loadavg()
const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
try {
  const bars = judge(await measure(folder, Number(values.calls)))
  console.log(describeBars(bars))
  process.exitCode = bars.every(({ holds }) => holds) ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measure(folder: string, calls: number): Promise<HttpResults> {
  const config = readConfig(process.env)
  const { workers } = config
  const files = await writeFiles(folder)
  const [service, bare] = await Promise.all([
    startService(folder, { FACECOMPARE_HOST: '127.0.0.1', FACECOMPARE_RATE_LIMIT: '0' }),
    startBarePipeline(config, files.images),
  ])
  const load = startLoadGenerator()
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const bench: Bench = { service, bare, load, workers, seconds, rounds, ...files }
  try {
    say('warming up')
    await warmUp(bench)
    say('one client')
    const oneClient = await measureOneClient(bench)
    say('saturation')
    const saturation = await measureSaturation(bench)
    say('doors')
    const doors = await measureDoors(bench)
    say('large pictures')
    const largeJson = await measureLargeJson(bench)
    say('one connection to 64')
    const sweeps: Sweep[] = []
    for (const format of FORMATS) sweeps.push(await measureSweep(bench, format))
    say('overload')
    const overloads = await measureOverload(bench, oneClient.latencyMs)
    const quick = {
      workers,
      serviceTimeMs: oneClient.latencyMs,
      oneClient,
      saturation,
      doors,
      largeJson,
      sweeps,
      overloads,
    }
    console.log(`${formatSetting(describeSetting())}, ${workers} worker processes\n\n${describeResults(quick)}`)
    keep(quick)
    if (calls === 0) return quick
    say(`memory over ${calls} calls`)
    const results = { ...quick, memory: await measureMemory(bench, calls) }
    console.log(describeMemory(results.memory))
    keep(results)
    return results
  } finally {
    await Promise.all([load.stop(), bare.stop(), service.stop()])
  }
}

/** The pictures, and the requests that carry them. */
async function writeFiles(folder: string) {
  const write = async (name: string, bytes: Uint8Array) => {
    const file = join(folder, name)
    await writeFile(file, bytes)
    return file
  }
  const [a, b] = await Promise.all([cutPerson('man', SMALL_SIDE), cutPerson('manAgain', SMALL_SIDE)])
  const [largeA, largeB] = await Promise.all([cutPerson('man', LARGE_SIDE), cutPerson('manAgain', LARGE_SIDE)])
  return {
    images: [await write('a.jpg', a), await write('b.jpg', b)] as const,
    requestFiles: {
      multipart: await write('multipart.http', makeRequest('multipart', a, b)),
      json: await write('json.http', makeRequest('json', a, b)),
    },
    writeDoorRequest: (door: Door) => write(`${door}.http`, makeDoorRequest(door, a, b)),
    largeRequestFile: await write('large.http', makeRequest('json', largeA, largeB)),
  }
}

function keep(results: HttpResults): void {
  writeResult('http', { loadAverage, ...results, bars: judge(results) })
}

function say(what: string): void {
  process.stderr.write(`${what} ...\n`)
}
