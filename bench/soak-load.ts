/** Sends the mixed calls from several connections until the time or the calls are used up, and counts what came back. */
import { setTimeout as pause } from 'node:timers/promises'
import type { CallKind, Nature, Scene } from './soak-kinds.js'
import { emptyTally, type Tally, tallyReply } from './soak-tally.js'

export interface Kinds {
  readonly good: readonly CallKind[]
  readonly bad: readonly CallKind[]
  readonly hostile: readonly CallKind[]
  /** Take half a minute each, and so a connection of their own. */
  readonly slow: readonly CallKind[]
}

export interface LoadLimits {
  readonly seconds: number
  readonly calls: number
}

export interface Load {
  readonly tally: Tally
  /** Resolves when the last call has ended. */
  readonly done: Promise<void>
  /** No more calls are begun. */
  readonly stop: () => void
}

/** Connections that send one call after the other: as many as two worker processes take in with their queue. */
const LANES = 4
/** Of ten calls, so many are of a kind. */
const MIX: readonly Nature[] = ['good', 'good', 'good', 'good', 'bad', 'good', 'hostile', 'good', 'bad', 'hostile']
/** How long a slow call may take. */
const SLOW_MS = 35_000
/** Far more than may wait. */
const CROWD = 40
const CROWD_EVERY_MS = 10_000

export function startLoad(scene: Scene, kinds: Kinds, { seconds, calls }: LoadLimits): Load {
  const tally = emptyTally()
  const endMs = performance.now() + seconds * 1000
  const turns: Record<Nature, number> = { good: 0, bad: 0, hostile: 0 }
  let stopped = false
  let begun = 0
  const mayGoOn = () => !stopped && begun < calls && performance.now() < endMs

  const send = async (kind: CallKind): Promise<void> => {
    begun++
    tallyReply(tally, kind, await kind.send(scene))
  }
  const takeTurn = (nature: Nature): CallKind | undefined => kinds[nature][turns[nature]++ % kinds[nature].length]
  const lane = async (from: number): Promise<void> => {
    for (let i = from; mayGoOn(); i++) {
      const kind = takeTurn(MIX[i % MIX.length] ?? 'good')
      if (kind) await send(kind)
    }
  }
  const slowLane = async (kind: CallKind): Promise<void> => {
    do await send(kind)
    while (mayGoOn() && performance.now() + SLOW_MS < endMs)
  }
  const crowdLane = async (): Promise<void> => {
    const [plain] = kinds.good
    while (mayGoOn() && plain) {
      const kind = { ...plain, name: 'many at once' }
      await Promise.all(Array.from({ length: CROWD }, () => send(kind)))
      for (let waited = 0; waited < CROWD_EVERY_MS && mayGoOn(); waited += 100) await pause(100)
    }
  }
  const lanes = Array.from({ length: LANES }, (_, i) => lane(3 * i))
  return {
    tally,
    done: Promise.all([...lanes, ...kinds.slow.map(slowLane), crowdLane()]).then(() => undefined),
    stop: () => {
      stopped = true
    },
  }
}
