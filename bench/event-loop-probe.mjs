// Loaded into the service with `--import` by http-processes.ts: tells over the IPC channel how late the event loop was since it
// was last asked, the resident memory and the processor time of it and its worker processes. No part of the service.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import { familyUsage } from './family-usage.mjs'

/** How often the loop is looked at. The histogram holds times between two looks, so that this much is no delay. */
const RESOLUTION_MS = 5

if (isMainThread && process.channel) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const delayMs = (percentile) => Math.max(0, histogram.percentile(percentile) / 1e6 - RESOLUTION_MS)
  process.on('message', ({ id }) => {
    const { user, system } = process.cpuUsage()
    const { cpuMs, rssBytes } = familyUsage()
    const answer = {
      delayP50Ms: delayMs(50),
      delayP99Ms: delayMs(99),
      delayMaxMs: delayMs(100),
      rssBytes,
      heapBytes: process.memoryUsage().heapUsed,
      cpuMs,
      ownCpuMs: (user + system) / 1000,
    }
    histogram.reset()
    process.send({ id, answer })
  })
  // The service ends as if nobody listened, and does not outlive the benchmark.
  process.channel.unref()
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
