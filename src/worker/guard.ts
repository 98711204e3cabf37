import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { LIFELINE_FD } from './message.js'

/**
 * A second thread of a worker process, because the first may be inside a decoder that never comes back. It ends the process
 * when the parent is gone, however that happened, and when the process takes more memory than it may.
 */

/** A decoder fills some 100 MB in that time. */
const LOOK_EVERY_MS = 50

const maxResidentBytes: number = workerData

const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: true })
lifeline.on('error', () => {})
lifeline.on('close', die)
// Nothing ever comes; reading is how the end is noticed.
lifeline.resume()

setInterval(() => {
  const bytes = process.memoryUsage.rss()
  if (bytes <= maxResidentBytes) return
  try {
    writeSync(LIFELINE_FD, `it took ${Math.round(bytes / 2 ** 20)} MiB of memory`)
  } finally {
    die()
  }
}, LOOK_EVERY_MS)

/** Not process.exit, which would wait for the first thread. */
function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
