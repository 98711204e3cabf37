/** Resolves when its caller may go on, in a later turn of the event loop. */
export type Turn = () => Promise<void>

/** How much of a body is worked through in one turn: about a millisecond of work, whatever the bytes are. */
export const SLICE_BYTES = 128 * 1024

/**
 * Lets one caller go on in each turn of the event loop, in the order of their coming. Calls that arrive together would
 * otherwise be worked on in one turn, however many they are, and meanwhile nothing else would happen: workers that are
 * done with an image would stand idle until somebody hands them the next one.
 */
export function createTurns(): Turn {
  const waiting: (() => void)[] = []
  const goOn = (): void => {
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(goOn)
  }
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(goOn)
    })
}

/** Does one work after the other, however many turns each takes: what one holds in memory is given back before the next begins. */
export type Line = <T>(work: () => Promise<T>) => Promise<T>

export function createLine(): Line {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}
