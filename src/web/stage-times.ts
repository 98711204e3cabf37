/** Milliseconds by the name of the stage: `decodeA`, `total`. */
export type StageTimes = ReadonlyMap<string, number>

/** Reads a `Server-Timing` header; what has no duration is left out. */
export function readServerTiming(header: string): StageTimes {
  const entries = header.split(',').flatMap((entry): [string, number][] => {
    const [, name, ms] = /^\s*(\w+)\s*;\s*dur=([\d.]+)/.exec(entry) ?? []
    return name === undefined || ms === undefined ? [] : [[name, Number(ms)]]
  })
  return new Map(entries)
}
