// What this process and its worker processes take together. Linux tells by /proc; elsewhere it is this process alone.
import { readFileSync } from 'node:fs'

/** Of /proc/PID/stat; the same on every Linux that Node runs on. */
const MS_PER_TICK = 10

export function familyUsage() {
  const { user, system } = process.cpuUsage()
  const own = {
    cpuMs: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
    peakBytes: readPeakBytes(),
  }
  return childIds().map(readChild).reduce(add, own)
}

/** Of this process. Linux counts into `maxRSS` what the parent had when it started this process; VmHWM is this one's own. */
export function readPeakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(kilobytes) * 1024
}

function childIds() {
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    return children.split(' ').filter((id) => id.trim() !== '')
  } catch {
    return []
  }
}

function readChild(id) {
  try {
    // Behind the name, which may hold anything: state, parent, ... the 12th and 13th are ticks of user and system.
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const status = readFileSync(`/proc/${id}/status`, 'utf8')
    const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
    return {
      cpuMs: MS_PER_TICK * (Number(fields[11]) + Number(fields[12])),
      rssBytes: 1024 * kilobytes('VmRSS'),
      peakBytes: 1024 * kilobytes('VmHWM'),
    }
  } catch {
    // It has just ended.
    return { cpuMs: 0, rssBytes: 0, peakBytes: 0 }
  }
}

function add(a, b) {
  return { cpuMs: a.cpuMs + b.cpuMs, rssBytes: a.rssBytes + b.rssBytes, peakBytes: a.peakBytes + b.peakBytes }
}
