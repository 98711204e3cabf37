/** What facecompare has to keep to against its peers: ratios, since times belong to a machine, and memory. */

/** Medians of one contender. */
export interface PeerFigures {
  /** Wall clock, from the bytes of two pictures to their score. */
  readonly pairMs: number
  /** Processor time of the same, of all threads. */
  readonly cpuMs: number
  readonly coldStartMs: number
  /** A pair of 12-megapixel photographs. */
  readonly photoPairMs: number
  /** Over such pairs. */
  readonly photoPeakMiB: number
}

export type Figures = Readonly<Record<'facecompare' | 'human' | 'faceApi', PeerFigures>>

export interface Bar {
  readonly what: string
  readonly value: number
  /** What the value has to reach, or may not exceed. */
  readonly limit: number
  readonly kind: 'at least' | 'at most'
  /** Of speeds: the ratio of the processor times, which other work on the machine disturbs less. For information. */
  readonly cpuRatio?: number
  readonly holds: boolean
}

/** On a processor that multiplies 512 bits at once; the peers' WebAssembly knows 128. */
const TIMES_FASTER = { human: 16, faceApi: 44 } as const
const MOST_PHOTO_MB = 200
const MOST_PHOTO_RATIO = 5

const MB_PER_MIB = 1.048576

export function judge({ facecompare, human, faceApi }: Figures): readonly Bar[] {
  const speed = (name: string, theirs: PeerFigures, limit: number): Bar => ({
    ...atLeast(`speed against ${name}`, theirs.pairMs / facecompare.pairMs, limit),
    cpuRatio: theirs.cpuMs / facecompare.cpuMs,
  })
  return [
    speed('human', human, TIMES_FASTER.human),
    speed('face-api', faceApi, TIMES_FASTER.faceApi),
    atLeast('cold start against human', human.coldStartMs / facecompare.coldStartMs, 1),
    atMost('12-megapixel pair over the 250 px pair', facecompare.photoPairMs / facecompare.pairMs, MOST_PHOTO_RATIO),
    atMost('peak memory on 12 megapixels, MB', facecompare.photoPeakMiB * MB_PER_MIB, MOST_PHOTO_MB),
  ]
}

function atLeast(what: string, value: number, limit: number): Bar {
  return { what, value, limit, kind: 'at least', holds: value >= limit }
}

function atMost(what: string, value: number, limit: number): Bar {
  return { what, value, limit, kind: 'at most', holds: value <= limit }
}
