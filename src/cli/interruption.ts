/** An interrupted program ends with 128 and the number of the signal. */
export const EXIT_INTERRUPTED = 130

/** The first Ctrl-C finishes the pictures under way; a second one ends at once. */
export function watchInterrupt(): { readonly signal: AbortSignal; readonly close: () => void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    // Not process.exit: nothing here is worth another moment, and the worker processes see that their parent is gone.
    if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL')
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    close() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
