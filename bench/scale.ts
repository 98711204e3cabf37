/**
 * What a comparison costs by how the processors are shared, by the size of the pictures and by the number of faces in them:
 *
 *     npm run bench:scale -- [--rounds 5] [--seconds 3]
 *
 * Everything is measured in turns, and medians are told. Prints tables and whether the bars for large photographs hold (exit
 * code 1 when one does not), and writes `bench/results/scale.json`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import type { Stages } from '../src/engine/face.js'
import { createProgress } from '../support/progress.js'
import { cutPerson, type SamplePerson } from '../support/sample-people.js'
import { takePhoto } from './camera-photos.js'
import { ask, readiness, start, stop } from './child-process.js'
import { formatTable, median } from './figures.js'
import { startBarePipeline } from './http-processes.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'
import type { KindFigures, SharedFigures } from './scale-figures.js'

const PAIRS_PROGRAM = fileURLToPath(new URL('./scale-pairs.mjs', import.meta.url))
const MAX_PIXELS = 40_000_000
/** Sides of square pictures of one head, in pixels. */
const SIDES = [250, 500, 1000, 2000, 3000] as const
/** Faces in pictures of 1000 pixels, in rows of as many. */
const ROWS_OF_FACES = [1, 2, 3] as const
/** Width and height of pictures such as a webcam takes, and how wide the head is in them, in pixels. */
const WEBCAMS = [
  { width: 640, height: 480, head: 250 },
  { width: 1280, height: 720, head: 350 },
] as const
const PEOPLE: readonly SamplePerson[] = ['womanAtParty', 'womanInBar', 'otherWoman', 'man']
const PHOTOGRAPHS = '12-megapixel photographs'
/** Behind heads. */
const GROUND = '#8a8f98'
/** Unmeasured rounds. */
const WARM_UPS = 1
const PAIRS_OF_TURN = 3

const MOST_PHOTO_RATIO = 5
const MOST_SCORE_DIFFERENCE = 0.5
const MOST_PHOTO_MB = 200

interface PairAnswer {
  readonly ms: number
  readonly stages: Stages
  readonly score: number
  readonly faces: number
  readonly peakMiB: number
}

interface Kind {
  readonly name: string
  readonly files: readonly [string, string]
  readonly kilobytes: number
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } },
})
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
try {
  const kinds = await paintKinds()
  const byKind = await measureKinds(kinds)
  const shared = await measureSharing(kinds[0]!)
  const bars = judge(byKind)
  const setting = describeSetting()
  console.log(`${formatSetting(setting)}\n\n${formatSharing(shared)}\n\n${formatKinds(byKind)}\n\n${formatBars(bars)}`)
  console.log(`\n${writeResult('scale', { shared, kinds: byKind, bars }, setting)}`)
  process.exitCode = bars.every(({ holds }) => holds) ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measureKinds(kinds: readonly Kind[]): Promise<readonly KindFigures[]> {
  const options = JSON.stringify({ maxPixels: MAX_PIXELS })
  const children = kinds.map(({ files }) => start(PAIRS_PROGRAM, [options, ...files]))
  try {
    await Promise.all(children.map(readiness))
    const answers: PairAnswer[][] = kinds.map(() => [])
    const progress = createProgress('pairs of each kind', rounds + WARM_UPS)
    for (let round = -WARM_UPS; round < rounds; round++) {
      for (const [i, child] of children.entries()) {
        // The first one of a turn finds the caches filled by others.
        await ask<PairAnswer>(child, {})
        for (let pair = 0; pair < PAIRS_OF_TURN; pair++) {
          const answer = await ask<PairAnswer>(child, {})
          if (round >= 0) answers[i]?.push(answer)
        }
      }
      progress.advance()
    }
    return kinds.map((kind, i) => summarise(kind, answers[i] ?? []))
  } finally {
    await Promise.all(children.map((child) => stop(child)))
  }
}

function summarise({ name, kilobytes }: Kind, answers: readonly PairAnswer[]): KindFigures {
  const stage = (read: (stages: Stages) => number) => median(answers.map(({ stages }) => read(stages)))
  return {
    name,
    kilobytes,
    faces: median(answers.map(({ faces }) => faces)),
    pairMs: median(answers.map(({ ms }) => ms)),
    stageMs: {
      decodeMs: stage(({ decodeMs }) => decodeMs),
      detectMs: stage(({ detectMs }) => detectMs),
      alignMs: stage(({ alignMs }) => alignMs),
      embedMs: stage(({ embedMs }) => embedMs),
    },
    score: median(answers.map(({ score }) => score)),
    peakMiB: Math.max(...answers.map(({ peakMiB }) => peakMiB)),
  }
}

/** From one process to one more than there are processors; and fewer whose networks use several threads. */
async function measureSharing({ files }: Kind): Promise<readonly SharedFigures[]> {
  const cores = availableParallelism()
  const upToCores = [1, 2, 4, 8, 16, 32, 64].filter((count) => count < cores)
  const ways = [
    ...[...upToCores, cores, cores + 1].map((workers) => ({ workers, intraOpThreads: 1 })),
    ...[...upToCores.slice(1), cores]
      .filter((count) => count > 1)
      .map((count) => ({ workers: Math.max(1, Math.floor(cores / count)), intraOpThreads: count })),
  ]
  const pipelines = []
  try {
    for (const way of ways) {
      pipelines.push(await startBarePipeline({ ...way, maxPixels: MAX_PIXELS }, files))
    }
    const figures = ways.map(() => ({ rates: [] as number[], alone: [] as number[], peaks: [] as number[] }))
    const progress = createProgress('ways to share', (rounds + 1) * ways.length)
    for (let round = -1; round < rounds; round++) {
      for (const [i, pipeline] of pipelines.entries()) {
        const alone = await pipeline.together({ seconds: seconds / 2, lanes: 1 })
        const busy = await pipeline.together({ seconds, lanes: (ways[i]?.workers ?? 1) + 1 })
        progress.advance()
        if (round < 0) continue
        figures[i]?.rates.push((1000 * busy.pairs) / busy.elapsedMs)
        figures[i]?.alone.push(alone.elapsedMs / alone.pairs)
        figures[i]?.peaks.push(busy.peakMiB)
      }
    }
    return ways.map((way, i) => ({
      ...way,
      pairsPerSecond: median(figures[i]?.rates ?? []),
      aloneMs: median(figures[i]?.alone ?? []),
      peakMiB: Math.max(...(figures[i]?.peaks ?? [])),
    }))
  } finally {
    await Promise.all(pipelines.map((pipeline) => pipeline.stop()))
  }
}

function judge(kinds: readonly KindFigures[]) {
  const [small] = kinds
  const photo = kinds.find(({ name }) => name === PHOTOGRAPHS)
  if (!small || !photo) throw new Error('Expected small pictures and photographs among what was measured')
  const bar = (what: string, value: number, most: number) => ({ what, value, most, holds: value <= most })
  return [
    bar('12-megapixel pair over the 250 px pair', photo.pairMs / small.pairMs, MOST_PHOTO_RATIO),
    bar('difference of their scores', Math.abs(photo.score - small.score), MOST_SCORE_DIFFERENCE),
    bar('peak memory of one thread on photographs, MB', photo.peakMiB * 1.048576, MOST_PHOTO_MB),
  ]
}

/** The pictures of each kind, smallest first. */
async function paintKinds(): Promise<readonly Kind[]> {
  const kinds: Kind[] = []
  const add = async (name: string, make: (person: SamplePerson, seed: number) => Promise<Uint8Array>) => {
    const [a, b] = [await make('man', 1), await make('manAgain', 2)]
    const at = (side: string) => join(folder, `${kinds.length}${side}.jpg`)
    const files = [at('a'), at('b')] as const
    await writeFile(files[0], a)
    await writeFile(files[1], b)
    kinds.push({ name, files, kilobytes: (a.length + b.length) / 1000 })
  }
  for (const side of SIDES) await add(`a head, ${side} x ${side}`, (person) => cutPerson(person, side))
  await add(PHOTOGRAPHS, takePhoto)
  for (const webcam of WEBCAMS) {
    await add(`a webcam's ${webcam.width} x ${webcam.height}`, (person) => paintWebcam(person, webcam))
  }
  for (const row of ROWS_OF_FACES) {
    const name = row === 1 ? 'a face in 1000 x 1000' : `${row * row} faces in 1000 x 1000`
    await add(name, (person) => paintCrowd(person, row))
  }
  return kinds
}

async function paintWebcam(
  person: SamplePerson,
  { width, height, head }: (typeof WEBCAMS)[number],
): Promise<Uint8Array> {
  const [left, top] = [Math.floor((width - head) / 2), Math.floor((height - head) / 2)]
  const heads = [{ input: Buffer.from(await cutPerson(person, head)), left, top }]
  const picture = sharp({ create: { width, height, channels: 3, background: GROUND } }).composite(heads)
  return new Uint8Array(await picture.jpeg({ quality: 92 }).toBuffer())
}

/** `row * row` people, the first of them this one. */
async function paintCrowd(person: SamplePerson, row: number): Promise<Uint8Array> {
  const side = Math.floor(1000 / row)
  const head = Math.floor(0.6 * side)
  const heads = Array.from({ length: row * row }, async (_, i) => ({
    input: Buffer.from(await cutPerson(i === 0 ? person : (PEOPLE[i % PEOPLE.length] ?? person), head)),
    left: (i % row) * side + Math.floor((side - head) / 2),
    top: Math.floor(i / row) * side + Math.floor((side - head) / 2),
  }))
  const ground = sharp({ create: { width: 1000, height: 1000, channels: 3, background: GROUND } })
  const picture = ground.composite(await Promise.all(heads))
  return new Uint8Array(await picture.jpeg({ quality: 92 }).toBuffer())
}

function formatSharing(shared: readonly SharedFigures[]): string {
  return formatTable([
    ['processes x threads of a network run', 'pairs/s', 'a pair alone, ms', 'peak MiB'],
    ...shared.map(({ workers, intraOpThreads, pairsPerSecond, aloneMs, peakMiB }) => [
      `${workers} x ${intraOpThreads}`,
      pairsPerSecond.toFixed(1),
      aloneMs.toFixed(1),
      peakMiB.toFixed(0),
    ]),
  ])
}

function formatKinds(kinds: readonly KindFigures[]): string {
  const small = kinds[0]?.pairMs ?? Number.NaN
  return formatTable([
    ['a pair in one thread, ms', 'whole', 'x', 'decode', 'detect', 'align', 'embed', 'kB', 'faces', 'peak MiB'],
    ...kinds.map(({ name, kilobytes, faces, pairMs, stageMs, peakMiB }) => [
      name,
      pairMs.toFixed(1),
      (pairMs / small).toFixed(1),
      ...[stageMs.decodeMs, stageMs.detectMs, stageMs.alignMs, stageMs.embedMs].map((ms) => ms.toFixed(1)),
      kilobytes.toFixed(0),
      String(faces),
      peakMiB.toFixed(0),
    ]),
  ])
}

function formatBars(bars: ReturnType<typeof judge>): string {
  return formatTable([
    ['bar', 'measured', 'at most', ''],
    ...bars.map(({ what, value, most, holds }) => [what, value.toFixed(2), String(most), holds ? 'pass' : 'FAIL']),
  ])
}
