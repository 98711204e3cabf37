/** Ctrl-C reaches every process of the terminal, and npm, which is one of them, may pass it on to us once more. */
const ECHO_MS = 500

/**
 * Begins to listen for SIGTERM and SIGINT; the returned signal aborts with the first of them. A second one ends the
 * process at once, unless it comes so soon that it is the same once more. Imports nothing, so that it can be called in the
 * first moments of the process: until then a signal ends it as if it had failed.
 */
export function listenForStop(): AbortSignal {
  const stop = new AbortController()
  let first: { readonly name: NodeJS.Signals; readonly atMs: number } | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    if (first?.name === name && performance.now() - first.atMs < ECHO_MS) return
    first ??= { name, atMs: performance.now() }
    if (stop.signal.aborted) endByForce()
    stop.abort(new Error(`The service was asked to end by ${name}.`))
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return stop.signal
}

/** Ends the process at once, whatever it is at. */
export function endByForce(): never {
  process.kill(process.pid, 'SIGKILL')
  // Still here: the kernel spares the first process of a container, which the service is in its image.
  process.exit(137)
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** The promise, or a rejection with the signal's reason as soon as it aborts. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const aborted = untilAborted(signal).then(() => Promise.reject(signal.reason))
  return Promise.race([promise, aborted])
}
