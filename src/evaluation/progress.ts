export interface Progress {
  /** Draws the bar; `done` of `total`, rising. */
  readonly show: (done: number) => void
  /** Leaves the bar's line, so that other text may follow. */
  readonly end: () => void
}

interface ProgressStream {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

const BAR_WIDTH = 24
/** A terminal is written to no more often than this. */
const REDRAW_MS = 100

/** What stands beside the bar. */
export type ProgressText = (done: number, total: number, secondsLeft: number) => string

/**
 * A bar on a terminal, a line every tenth elsewhere.
 *
 * @param label what is counted, or how to put it
 */
export function createProgress(stream: ProgressStream, label: string | ProgressText, total: number): Progress {
  const startMs = performance.now()
  let drawnMs = Number.NEGATIVE_INFINITY
  let lastTenth = 0
  let drawn = false
  return {
    show(done) {
      const nowMs = performance.now()
      const leftSeconds = Math.ceil(((nowMs - startMs) / 1000 / Math.max(done, 1)) * (total - done))
      const text =
        typeof label === 'string' ? `${label} ${done}/${total}, ${leftSeconds} s left` : label(done, total, leftSeconds)
      if (stream.isTTY) {
        if (nowMs - drawnMs < REDRAW_MS && done < total) return
        drawnMs = nowMs
        drawn = true
        const bar = '#'.repeat(Math.floor((done / total) * BAR_WIDTH)).padEnd(BAR_WIDTH, '.')
        stream.write(`\r[${bar}] ${text}\u001b[K`)
        return
      }
      const tenth = Math.floor((done / total) * 10)
      if (tenth > lastTenth) stream.write(`${text}\n`)
      lastTenth = tenth
    },
    end() {
      if (drawn) stream.write('\n')
    },
  }
}

/** A bar on a terminal, nothing elsewhere. */
export function createTerminalBar(stream: ProgressStream, text: ProgressText, total: number): Progress {
  return stream.isTTY ? createProgress(stream, text, total) : { show() {}, end() {} }
}
