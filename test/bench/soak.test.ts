import { describe, expect, it } from 'vitest'
import { BAD_KINDS } from '../../bench/soak-bad.js'
import { BAD_DOOR_KINDS, GOOD_DOOR_KINDS, HOSTILE_DOOR_KINDS } from '../../bench/soak-door-kinds.js'
import { BAD_GALLERY_KINDS, GOOD_GALLERY_KINDS } from '../../bench/soak-gallery.js'
import { GOOD_KINDS } from '../../bench/soak-good.js'
import { type Growth, growthOf, isLeak, judge, type SoakRun, summarise } from '../../bench/soak-report.js'
import { countCodes, emptyTally, tallyReply } from '../../bench/soak-tally.js'
import type { Sample } from '../../bench/soak-watch.js'
import type { Reply } from '../../bench/soak-wire.js'
import { ERRORS, type ErrorName } from '../../src/errors.js'
import { NEVER_ANSWERED } from '../../src/openapi/failures.js'

const MIB = 1024

function sample(seconds: number, change: Partial<Sample> = {}): Sample {
  return {
    seconds,
    calls: seconds * 40,
    serviceKiB: 160 * MIB,
    workersKiB: 600 * MIB,
    descriptors: 36,
    workerDescriptors: 40,
    loopDelayMs: 12,
    workerLosses: 0,
    busyImages: 0,
    uploadBytes: 0,
    ...change,
  }
}

const answered = (code: number, data: object = {}): Reply => {
  return { end: 'answered', status: 200, code, data: { session_id: 'an-id', ...data }, hasRetryAfter: code === 15 }
}
const kind = { name: 'a call', nature: 'good', codes: [0, 15] } as const

/** Ten minutes in which nothing is wrong. */
function quietRun(change: Partial<SoakRun> = {}): SoakRun {
  const tally = emptyTally()
  tallyReply(tally, kind, answered(0))
  tallyReply(tally, kind, answered(15))
  return {
    seconds: 600,
    tally,
    samples: Array.from({ length: 300 }, (_, i) => sample(2 * i)),
    restBefore: sample(0),
    restAfter: sample(0),
    ending: { exitCode: 0, loggedErrors: [], usage: [{ appid: '1', day: '2026-11-24', code: 0, calls: 1 }] },
    wantedCodes: [0, 15],
    ...change,
  }
}

describe('the memory over time', () => {
  const growing = (kibPerSecond: number, waverKiB = 0) =>
    Array.from({ length: 300 }, (_, i) =>
      sample(2 * i, { serviceKiB: 160 * MIB + 2 * i * kibPerSecond + (i % 2) * waverKiB }),
    )

  it('grows by the slope after the warm-up, whatever came before', () => {
    const early = growing(0).map((s, i) => (i < 80 ? { ...s, serviceKiB: 10 * MIB } : s))
    expect(growthOf(early, (s) => s.serviceKiB)).toEqual({ startMiB: 160, endMiB: 160, kibPerThousandCalls: 0 })
    // 40 calls a second: 1000 calls in 25 s.
    const { kibPerThousandCalls } = growthOf(growing(200, 3000), (s) => s.serviceKiB)
    expect(kibPerThousandCalls).toBeGreaterThan(4900)
    expect(kibPerThousandCalls).toBeLessThan(5100)
  })

  it('is a leak when it grows both steeply and by much', () => {
    const growth: Growth = { startMiB: 160, endMiB: 260, kibPerThousandCalls: 5000 }
    expect(isLeak(growth)).toBe(true)
    expect(isLeak({ ...growth, endMiB: 200 })).toBe(false)
    expect(isLeak({ ...growth, kibPerThousandCalls: 1000 })).toBe(false)
    // Where /proc does not tell.
    expect(isLeak({ startMiB: Number.NaN, endMiB: Number.NaN, kibPerThousandCalls: Number.NaN })).toBe(false)
  })

  it('that leaks is said to', () => {
    expect(judge(quietRun({ samples: growing(200) }))).toEqual([
      expect.stringMatching(/^The memory of the service grows/),
    ])
  })
})

describe('the verdict', () => {
  it('is good of a run in which nothing was wrong', () => {
    expect(judge(quietRun())).toEqual([])
    expect(summarise(quietRun())).toMatchObject({ calls: 2, codes: { good: { 0: 1, 15: 1 }, bad: {}, hostile: {} } })
  })

  it.each<readonly [string, Partial<SoakRun>, RegExp]>([
    [
      'file descriptors that stay',
      { restAfter: sample(0, { descriptors: 60 }) },
      /^File descriptors of the service: 36/,
    ],
    ['those of workers', { restAfter: sample(0, { workerDescriptors: 60 }) }, /^File descriptors of the workers: 40/],
    ['a worker that was lost', { restAfter: sample(0, { workerLosses: 1 }) }, /^1 worker processes that were lost/],
    ['images that never end', { restAfter: sample(0, { busyImages: 1 }) }, /^Images under way: 0 before the load, 1/],
    ['uploads that stay', { restAfter: sample(0, { uploadBytes: 9 }) }, /^Bytes of uploads in memory/],
    ['a code that never came', { wantedCodes: [0, 14] }, /the code 14\.$/],
    ['usage that is missing', { ending: { exitCode: 0, loggedErrors: [], usage: [] } }, /1 calls .* but 0 recorded/],
    ['an error in the log', { ending: { ...quietRun().ending, loggedErrors: ['oh'] } }, /logged an error: oh/],
    ['a bad end', { ending: { ...quietRun().ending, exitCode: null } }, /ended with null instead of 0/],
  ])('names %s', (_name, change, sentence) => {
    expect(judge(quietRun(change))).toEqual([expect.stringMatching(sentence)])
  })
})

describe('an answer', () => {
  const sentenceOf = (of: Parameters<typeof tallyReply>[1], reply: Reply) => {
    const run = quietRun()
    tallyReply(run.tally, of, reply)
    return judge(run).join(' ')
  }

  it.each<readonly [string, Reply, string]>([
    ['of a code that the call may not get', answered(3, { detail: 'Why.' }), 'code 3 where 0 or 15 is right (Why.)'],
    ['without a session_id', answered(0, { session_id: '' }), 'without a session_id'],
    [
      'of 15 without Retry-After',
      { end: 'answered', status: 429, code: 15, data: { session_id: 'an-id' }, hasRetryAfter: false },
      'without Retry-After',
    ],
    ['that never comes', { end: 'unanswered', why: 'ECONNRESET' }, '1 calls without an answer: a call: ECONNRESET.'],
  ])('%s is wrong', (_name, reply, sentence) => {
    expect(sentenceOf(kind, reply)).toContain(sentence)
  })

  it('without a session_id is right where the original has none', () => {
    expect(sentenceOf({ ...kind, isBare: true }, answered(0, { session_id: undefined }))).not.toContain('session_id')
    expect(sentenceOf({ ...kind, isBare: true }, answered(15, { session_id: undefined }))).toContain('session_id')
  })

  it('of 213 is wrong even where a call may get it', () => {
    expect(sentenceOf({ ...kind, codes: [213] }, answered(213))).toContain('1 answers of code 213.')
  })

  it('of 0 is wrong when it says something else than it must', () => {
    expect(sentenceOf({ ...kind, judge: () => 'a wrong score' }, answered(0))).toContain('a call: a wrong score')
  })

  it('is not missed by a client that left', () => {
    const tally = emptyTally()
    tallyReply(tally, { ...kind, codes: [] }, { end: 'left' })
    expect(judge(quietRun({ tally, wantedCodes: [] }))).toEqual([])
    expect(countCodes(tally).size).toBe(0)
  })
})

describe('the calls', () => {
  const KINDS = [...GOOD_KINDS, ...BAD_KINDS, ...GOOD_GALLERY_KINDS, ...BAD_GALLERY_KINDS]
  /**
   * What no client can cause: numbers of a face that are none, a database that is away, a fault, and functions that there are not. That a
   * face is there already is told of one picture, in an answer of code 0.
   */
  const OUT_OF_REACH: readonly ErrorName[] = [
    'AUTH_UNAVAILABLE',
    'STORAGE_FAILED',
    'INTERNAL',
    'EMBEDDING_FAILED',
    'LANDMARKS_FAILED',
    'AGE_FAILED',
    'GENDER_FAILED',
    'EXPRESSION_FAILED',
    'POSE_FAILED',
    'GLASSES_FAILED',
    'SAME_FACE_ADDED',
    ...NEVER_ANSWERED,
  ]

  it('reach every code that a client can cause', () => {
    const reached = new Set(KINDS.flatMap(({ codes }) => codes))
    const reachable = Object.entries(ERRORS).filter(([name]) => !OUT_OF_REACH.some((other) => other === name))
    expect(reachable.map(([, { code }]) => code).filter((code) => !reached.has(code))).toEqual([])
  })

  it('have names of their own', () => {
    const all = [...KINDS, ...GOOD_DOOR_KINDS, ...BAD_DOOR_KINDS, ...HOSTILE_DOOR_KINDS]
    const names = all.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
