/**
 * The built service under a mixed load of good, bad and hostile calls, from several connections: every call must be
 * answered, with one of the codes that it may get, nothing may leak, and it must end well. Everything is on the loopback and
 * in a folder of its own; the run ends by itself. Exits with 1 and a sentence for each thing that is wrong.
 *
 *     npm run soak -- [--minutes 10] [--calls 200000]
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ERRORS } from '../src/errors.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'
import { BAD_KINDS } from './soak-bad.js'
import { BAD_DOOR_KINDS, GOOD_DOOR_KINDS, HOSTILE_DOOR_KINDS } from './soak-door-kinds.js'
import { BAD_GALLERY_KINDS, enrolResidents, GOOD_GALLERY_KINDS } from './soak-gallery.js'
import { GOOD_KINDS } from './soak-good.js'
import { makeHostileKinds, SLOW_KINDS } from './soak-hostile.js'
import type { Scene } from './soak-kinds.js'
import { type Kinds, startLoad } from './soak-load.js'
import { describeKinds, describeSummary, judge, type SoakRun, summarise } from './soak-report.js'
import { takePhotographs } from './soak-scene.js'
import { openImageServer, openSite, type Site } from './soak-site.js'
import { look, type Sample } from './soak-watch.js'
import { closeIdleConnections } from './soak-wire.js'

const LOOK_EVERY_MS = 2000
/** How long what is under way may take to come to rest: longer than an upload that stands still. */
const REST_MS = 45_000
const MOST_MINUTES = 24 * 60

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    calls: { type: 'string', default: '200000' },
  },
})
const minutes = Number(values.minutes)
const calls = Number(values.calls)
if (!(minutes > 0 && minutes <= MOST_MINUTES && calls >= 1)) {
  console.error(`Expected --minutes above 0 and at most ${MOST_MINUTES}, and --calls of 1 or more.`)
  process.exit(2)
}

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())
process.once('SIGTERM', () => interrupt.abort())

const photographs = await takePhotographs()
const images = await openImageServer({ man: photographs.man, manAgain: photographs.manAgain })
const site = await openSite()
try {
  const scene = { ...photographs, port: site.port, imagesUrl: images.url, closedUrl: images.closedUrl }
  const kinds = {
    good: [...GOOD_KINDS, ...GOOD_GALLERY_KINDS, ...GOOD_DOOR_KINDS],
    bad: [...BAD_KINDS, ...BAD_GALLERY_KINDS, ...BAD_DOOR_KINDS],
    hostile: [...(await makeHostileKinds()), ...HOSTILE_DOOR_KINDS],
    slow: SLOW_KINDS,
  }
  const run = await soak(site, scene, kinds)
  const summary = summarise(run)
  const problems = judge(run)
  console.log(`${formatSetting(describeSetting())}\n\n${describeKinds(run.tally)}\n\n${describeSummary(summary)}\n`)
  writeResult('soak', { ...summary, problems })
  console.log(problems.length === 0 ? 'Nothing is wrong.' : problems.join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  await site.remove()
  await images.close()
}

async function soak(service: Site, scene: Scene, kinds: Kinds): Promise<SoakRun> {
  await enrolResidents(scene)
  await warmUp(scene, kinds)
  closeIdleConnections()
  const restBefore = await comeToRest(service, undefined)
  const startMs = performance.now()
  const elapsed = () => (performance.now() - startMs) / 1000
  const load = startLoad(scene, kinds, { seconds: minutes * 60, calls })
  interrupt.signal.addEventListener('abort', load.stop)
  const samples: Sample[] = []
  let isDone = false
  const done = load.done.finally(() => {
    isDone = true
  })
  for (let looks = 0; !isDone; looks++) {
    samples.push(await look(service, elapsed(), load.tally.answered))
    if (looks % 15 === 0) process.stderr.write(`${elapsed().toFixed(0)} s, ${load.tally.calls} calls\n`)
    await Promise.race([done, pause(LOOK_EVERY_MS)])
  }
  const seconds = elapsed()
  closeIdleConnections()
  const restAfter = await comeToRest(service, restBefore)
  const ending = await service.stop()
  const wantedCodes = wanted(kinds)
  return { seconds, tally: load.tally, samples, restBefore, restAfter, ending, wantedCodes }
}

/** Every good call once, so that what is opened once is open. */
async function warmUp(scene: Scene, { good }: Kinds): Promise<void> {
  for (const kind of good) {
    const reply = await kind.send(scene)
    if (reply.end === 'answered' && reply.code === 0) continue
    throw new Error(`The service does not answer a good call (${kind.name}): ${JSON.stringify(reply)}`)
  }
}

/** A look when nothing is under way any more, or the last one before patience ends. */
async function comeToRest(service: Site, before: Sample | undefined): Promise<Sample> {
  const endMs = performance.now() + REST_MS
  for (;;) {
    await pause(before ? LOOK_EVERY_MS : 5000)
    const sample = await look(service, 0, 0)
    const isAtRest = sample.busyImages === 0 && sample.uploadBytes === 0
    const isClosed = !before || !(sample.descriptors > before.descriptors)
    if ((isAtRest && isClosed) || performance.now() > endMs) return sample
  }
}

/** Every code that some kind of call has to itself. */
function wanted(kinds: Kinds): readonly number[] {
  const all = [...kinds.good, ...kinds.bad].flatMap(({ codes }) => codes)
  return [...new Set(all)].filter((code) => code !== ERRORS.INTERNAL.code)
}
