/** What facecompare has to keep to against its peers: ratios only, since times belong to a machine. */

/** Medians of one contender. */
export interface PeerFigures {
  /** Wall clock, from the bytes of two pictures to their score. */
  readonly pairMs: number
  /** Processor time of the same, of all threads. */
  readonly cpuMs: number
  /** With the model cache filled, where there is one. */
  readonly coldStartMs: number
  /** Over pairs of 12-megapixel photographs. */
  readonly photoPeakMiB: number
}

export type Figures = Readonly<Record<'fast' | 'default' | 'human' | 'faceApi', PeerFigures>>

export interface Bar {
  readonly what: string
  /** The peer's figure over ours has to be at least this much. */
  readonly bar: number
  readonly ratio: number
  /** Of speeds: the ratio of the processor times, which other work on the machine disturbs less. For information. */
  readonly cpuRatio?: number
  readonly holds: boolean
}

const EFFORTS = ['default', 'fast'] as const

/** Peer, its name, and how many times faster each effort has to be. */
const PEERS = [
  ['human', 'human', { default: 8, fast: 13 }],
  ['faceApi', 'face-api', { default: 24, fast: 38 }],
] as const

export function judge(figures: Figures): readonly Bar[] {
  const bars: Bar[] = []
  const add = (what: string, bar: number, ratio: number, cpuRatio?: number) =>
    bars.push({ what, bar, ratio, ...(cpuRatio !== undefined && { cpuRatio }), holds: ratio >= bar })
  for (const [peer, name, timesFaster] of PEERS) {
    for (const effort of EFFORTS) {
      const [theirs, ours] = [figures[peer], figures[effort]]
      const cpuRatio = theirs.cpuMs / ours.cpuMs
      add(`${effort}: speed against ${name}`, timesFaster[effort], theirs.pairMs / ours.pairMs, cpuRatio)
    }
  }
  for (const effort of EFFORTS) {
    const { coldStartMs } = figures[effort]
    add(`${effort}: cold start against human`, 1, figures.human.coldStartMs / coldStartMs)
  }
  for (const [peer, name] of PEERS) {
    for (const effort of EFFORTS) {
      const { photoPeakMiB } = figures[effort]
      add(`${effort}: memory on photographs against ${name}`, 1, figures[peer].photoPeakMiB / photoPeakMiB)
    }
  }
  return bars
}
