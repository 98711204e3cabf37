/**
 * Lets one caller go on in each turn of the event loop, in the order of their coming. Calls that arrive together would
 * otherwise be worked on in one turn, however many they are, and meanwhile nothing else would happen: workers that are
 * done with an image would stand idle until somebody hands them the next one.
 */
export function createTurns(): () => Promise<void> {
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
