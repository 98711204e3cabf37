/** What enrolling costs beside looking at the same pictures, and the bars that it is held to. */
import { median } from './figures.js'

/** The ways that the same pictures go, in turns. */
export const WAYS = ['analysis', 'detect', 'newperson', 'addface'] as const
export type Way = (typeof WAYS)[number]

/** One way of one round. */
export interface EnrolRound {
  /** Found or enrolled. */
  readonly faces: number
  readonly elapsedMs: number
  /** Of all processes of the service, or of the engine. */
  readonly cpuMs: number
  /** Of the service's process without its workers, and how late its event loop was; absent where there is no service. */
  readonly service?: { readonly ownCpuMs: number; readonly delayP99Ms: number }
}

/** Medians of the rounds. */
export interface EnrolFigures {
  readonly way: Way
  readonly facesPerSecond: number
  readonly cpuMsPerFace: number
  readonly ownCpuMsPerFace?: number
  readonly delayP99Ms?: number
}

export interface StoreFigures {
  readonly store: string
  readonly ways: readonly EnrolFigures[]
  /** The processor's time that storing takes of an enrolment, 0 to 1: what the service's process does more than for a detection. */
  readonly storingShare: Readonly<Record<'newperson' | 'addface', number>>
}

export interface EnrolBar {
  readonly what: string
  readonly value: number
  readonly most: number
  readonly holds: boolean
}

/** Fifty enrolments a second on two cores, in processor time: others use the machine, too. */
const MOST_CPU_MS = 2000 / 50
const MOST_STORING_SHARE = 0.1

export function summarise(way: Way, rounds: readonly EnrolRound[]): EnrolFigures {
  const of = (read: (round: EnrolRound) => number) => median(rounds.map(read))
  const figures = {
    way,
    facesPerSecond: of(({ faces, elapsedMs }) => (1000 * faces) / elapsedMs),
    cpuMsPerFace: of(({ faces, cpuMs }) => cpuMs / faces),
  }
  const services = rounds.flatMap(({ service, faces }) => (service ? [{ ...service, faces }] : []))
  if (services.length === 0) return figures
  return {
    ...figures,
    ownCpuMsPerFace: median(services.map(({ ownCpuMs, faces }) => ownCpuMs / faces)),
    delayP99Ms: median(services.map(({ delayP99Ms }) => delayP99Ms)),
  }
}

/** Of one store, by its rounds. */
export function describeStore(store: string, rounds: Readonly<Record<Way, readonly EnrolRound[]>>): StoreFigures {
  const ways = WAYS.map((way) => summarise(way, rounds[way]))
  const figuresOf = (way: Way) => ways.find((figures) => figures.way === way)
  const shareOf = (way: Way) => {
    const enrolled = figuresOf(way)
    const more = (enrolled?.ownCpuMsPerFace ?? Number.NaN) - (figuresOf('detect')?.ownCpuMsPerFace ?? Number.NaN)
    return Math.max(0, more / (enrolled?.cpuMsPerFace ?? Number.NaN))
  }
  return { store, ways, storingShare: { newperson: shareOf('newperson'), addface: shareOf('addface') } }
}

export function judgeEnrolment(stores: readonly StoreFigures[]): readonly EnrolBar[] {
  return stores.flatMap(({ store, ways, storingShare }) => [
    ...ways
      .filter(({ way }) => way === 'newperson' || way === 'addface')
      .map(({ way, cpuMsPerFace }) => atMost(`${way}, ${store}: processor ms a face`, cpuMsPerFace, MOST_CPU_MS)),
    ...(['newperson', 'addface'] as const).map((way) =>
      atMost(`${way}, ${store}: share of storing`, storingShare[way], MOST_STORING_SHARE),
    ),
  ])
}

function atMost(what: string, value: number, most: number): EnrolBar {
  return { what, value, most, holds: value <= most }
}
