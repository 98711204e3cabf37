/**
 * Signatures live for 300 s (else 9) and may come from 300 s ahead (else 14); a clock that is off by less is not to blame. A little
 * less, because the service tells its time in whole seconds and the call took its own.
 */
const CLOCK_TOLERANCE_MS = 290_000

/**
 * Whether a refused signature may be the clock's fault that it was made by.
 * @param differenceMs how far the service's clock is ahead of that one
 */
export function isClockToBlame(code: number, differenceMs: number): boolean {
  return (code === 9 && differenceMs > CLOCK_TOLERANCE_MS) || (code === 14 && differenceMs < -CLOCK_TOLERANCE_MS)
}
