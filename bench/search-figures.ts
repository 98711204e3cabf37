/** What a search of one size of gallery takes, and how often it names the same face first as comparing all floats does. */
export interface SearchFigures {
  readonly templates: number
  readonly searchMs: number
  readonly cpuMs: number
  /** Longest time that nothing else happened in the process during a search. */
  readonly waitMs: number
  readonly residentMB: number
  /** Of other pictures of enrolled faces. */
  readonly genuine: Agreement
  readonly strangers: Agreement
}

/** Shares of the probes, 0 to 1, whose first candidate is that of the floats. */
export interface Agreement {
  readonly probes: number
  readonly eightBits: number
  /** After the best 20 were compared once more, in floats. */
  readonly secondLook: number
}

export interface SearchBar {
  readonly what: string
  readonly value: number
  readonly most?: number
  readonly least?: number
  readonly holds: boolean
}

/** A search in PostgreSQL with pgvector. */
export interface VectorFigures {
  readonly templates: number
  readonly server: string
  readonly insertSeconds: number
  readonly indexSeconds: number
  readonly tableMB: number
  readonly indexMB: number
  readonly searchMs: number
  readonly genuine: Recall
  readonly strangers: Recall
}

/** The share of the probes, 0 to 1, whose first candidate is that of comparing all. */
export interface Recall {
  readonly probes: number
  readonly same: number
}

const MOST_MS = { 1000000: 150, 100000: 20 } as const
const MOST_MB = 700
const LEAST_SAME = 0.999

/** The bars that the sizes which were measured can tell of. Times are of the processor: others use this machine, too. */
export function judgeSearch(sizes: readonly SearchFigures[]): readonly SearchBar[] {
  return sizes.flatMap((size) => {
    const most = Object.entries(MOST_MS).find(([templates]) => Number(templates) === size.templates)?.[1]
    if (most === undefined) return []
    const bars = [atMost(`search of ${size.templates}, processor ms`, size.cpuMs, most)]
    if (size.templates < 1_000_000) return bars
    return [
      ...bars,
      atMost(`resident memory of ${size.templates}, MB`, size.residentMB, MOST_MB),
      atLeast('same first candidate, genuine probes', size.genuine.eightBits, LEAST_SAME),
      atLeast('same first candidate, strangers, second look', size.strangers.secondLook, LEAST_SAME),
    ]
  })
}

function atMost(what: string, value: number, most: number): SearchBar {
  return { what, value, most, holds: value <= most }
}

function atLeast(what: string, value: number, least: number): SearchBar {
  return { what, value, least, holds: value >= least }
}

/** What a gallery of so many templates of 512 numbers needs, from what was measured of the largest one: by arithmetic. */
export function extrapolate({ templates, cpuMs }: SearchFigures, wanted: number) {
  const bytes = 512 + 16
  return { gigabytes: (wanted * bytes) / 1e9, searchSeconds: ((cpuMs / templates) * wanted) / 1000 }
}
