/**
 * How many people are enrolled a second, as a client does it over HTTP, beside looking at the same pictures without keeping
 * anything:
 *
 *     npm run bench:enrol -- FOLDER [--people 200] [--rounds 5] [--connections 4]
 *
 * FOLDER has portraits, a folder for each person, at any depth. In each round the same pictures, of so many people who were in no round
 * before, go four ways: to the engine alone, which makes of them what an enrolment keeps, and over HTTP to detect, to newperson, and to
 * addface with five pictures a call. The service is the built one with the embedded store, and once more with PostgreSQL where
 * TEST_DATABASE_URL names a server. Prints a table and whether the bars hold (exit code 1 when one does not), and writes
 * `bench/results/enrolment.json`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.js'
import { listPictures } from '../src/evaluation/picture-files.js'
import { createProgress } from '../support/progress.js'
import { openTestSchema } from '../support/test-schema.js'
import { measureStore } from './enrol-cases.js'
import { type EnrolBar, judgeEnrolment, type StoreFigures } from './enrol-figures.js'
import { formatTable } from './figures.js'
import { startBarePipeline, startLoadGenerator } from './http-processes.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

const USAGE = 'npm run bench:enrol -- FOLDER [--people 200] [--rounds 5] [--connections 4]'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    people: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '4' },
  },
})
const [folder] = positionals
if (!folder) endWith(`Usage: ${USAGE}\nFOLDER has portraits, a folder for each person.`)
const [people, rounds, connections] = [Number(values.people), Number(values.rounds), Number(values.connections)]
const portraits = await pickPortraits(folder, people * rounds)
const setting = describeSetting()
const [loadAverage] = loadavg()
const stores = await measureStores()
const bars = judgeEnrolment(stores)
console.log(`${formatSetting(setting)}\n\n${stores.map(formatStore).join('\n\n')}\n\n${formatBars(bars)}\n`)
console.log(writeResult('enrolment', { loadAverage, people, rounds, connections, stores, bars }, setting))
process.exitCode = bars.every(({ holds }) => holds) ? 0 : 1

/** One picture of each of so many people. */
async function pickPortraits(root: string, count: number): Promise<readonly string[]> {
  const { pictures } = await listPictures(root).catch((error: unknown) => endWith(String(error)))
  const firstOf = new Map<string, string>()
  for (const picture of pictures) {
    const person = basename(dirname(picture))
    if (!firstOf.has(person)) firstOf.set(person, join(root, picture))
  }
  if (firstOf.size < count) {
    endWith(`${root} has pictures of ${firstOf.size} people where ${count} are needed; ask for fewer: ${USAGE}`)
  }
  return [...firstOf.values()].slice(0, count)
}

async function measureStores(): Promise<readonly StoreFigures[]> {
  const { workers, maxPixels, modelPack } = readConfig(process.env)
  const bare = await startBarePipeline({ workers, maxPixels, modelPack })
  const load = startLoadGenerator()
  const measure = async (store: string, settings: Readonly<Record<string, string>>) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'facecompare-enrol-'))
    const progress = createProgress(`rounds with the store ${store}`, rounds)
    try {
      return await measureStore(store, {
        ...{ bare, load, dataDir, settings, portraits, people, rounds, connections },
        lanes: connections,
        onRound: () => progress.advance(),
      })
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  }
  try {
    const embedded = await measure('embedded', {})
    const schema = await openTestSchema()
    if (!schema) return [embedded]
    try {
      const settings = { FACECOMPARE_DATABASE_URL: schema.url, FACECOMPARE_MASTER_KEY: '00'.repeat(32) }
      return [embedded, await measure('PostgreSQL', settings)]
    } finally {
      await schema.drop()
    }
  } finally {
    await Promise.all([load.stop(), bare.stop()])
  }
}

function formatStore({ store, ways, storingShare }: StoreFigures): string {
  const number = (value: number | undefined) => value?.toFixed(1) ?? ''
  const table = formatTable([
    [`store: ${store}`, 'faces/s', 'processor ms a face', 'of the service', 'loop p99 ms'],
    ...ways.map((figures) => [
      figures.way,
      number(figures.facesPerSecond),
      number(figures.cpuMsPerFace),
      number(figures.ownCpuMsPerFace),
      number(figures.delayP99Ms),
    ]),
  ])
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  return `${table}\nstoring takes ${percent(storingShare.newperson)} of newperson, ${percent(storingShare.addface)} of addface`
}

function formatBars(bars: readonly EnrolBar[]): string {
  const rows = bars.map((bar) => [
    bar.what,
    bar.value.toPrecision(3),
    `at most ${bar.most}`,
    bar.holds ? 'pass' : 'FAIL',
  ])
  return formatTable([['bar', 'measured', '', ''], ...rows])
}

function endWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}
