import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { BOOTSTRAP, compare, type RunningService, startService } from '../support/service.js'

let service: RunningService
beforeAll(async () => {
  service = await startService({ ...BOOTSTRAP, FACECOMPARE_WORKERS: '2' })
})
afterAll(() => service.stop())

/** The processes that the service has started. */
function workerIds(): readonly number[] {
  const ids = readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8').trim().split(' ')
  return ids.map(Number)
}

it.runIf(process.platform === 'linux')(
  'a worker that dies costs its call, is told of in the log, and is replaced; nothing heavy is loaded beside the workers',
  async () => {
    const man = await cutPerson('man')
    const create = { width: 6000, height: 6000, channels: 3, background: 'gray' } as const
    const slow = await sharp({ create }).png({ progressive: true }).toBuffer()
    expect((await compare(service.url, { imageA: man, imageB: man })).code).toBe(0)
    const before = workerIds()
    expect(before).toHaveLength(2)
    expect(readFileSync(`/proc/${service.pid}/maps`, 'utf8')).not.toMatch(/onnxruntime|libvips/)

    const call = compare(service.url, { imageA: slow, imageB: man })
    await sleep(250)
    for (const pid of before) process.kill(pid, 'SIGKILL')
    expect(await call).toMatchObject({ status: 200, code: 213, data: { fail_flag: 1 } })

    expect((await compare(service.url, { imageA: man, imageB: man })).code).toBe(0)
    for (const pid of before) expect(service.stderr()).toContain(`A worker process (${pid}) was lost: it was ended by`)
    expect(workerIds().filter((pid) => before.includes(pid))).toEqual([])
  },
)

it.runIf(process.platform === 'linux')(
  'it is not ready while none of its workers lives, and again when one does',
  async () => {
    const readiness = async () => (await fetch(`${service.url}/readyz`)).status
    expect(await readiness()).toBe(200)
    // Stopped, those that come next cannot get ready meanwhile.
    const stopped = new Set<number>()
    const endAndStop = () => {
      for (const pid of workerIds()) {
        if (stopped.has(pid)) continue
        process.kill(pid, stopped.size < 2 ? 'SIGKILL' : 'SIGSTOP')
        stopped.add(pid)
      }
    }
    endAndStop()
    await vi.waitFor(async () => {
      endAndStop()
      expect(await readiness()).toBe(503)
    }, 10_000)
    for (const pid of workerIds()) process.kill(pid, 'SIGCONT')
    await vi.waitFor(async () => expect(await readiness()).toBe(200), 20_000)
  },
)
