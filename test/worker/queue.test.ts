import { describe, expect, it } from 'vitest'
import { BoundedQueue } from '../../src/worker/queue.js'

/** A task that ends when it is told to. */
function openTask() {
  let finish = (): void => {}
  const done = new Promise<string>((resolve) => {
    finish = () => resolve('done')
  })
  let started = false
  const task = (): Promise<string> => {
    started = true
    return done
  }
  return { task, finish, isStarted: () => started }
}

const never = new AbortController().signal

describe('BoundedQueue', () => {
  it('runs as many tasks as it has slots, the others in order', async () => {
    const queue = new BoundedQueue(1, 2)
    const [first, second, third] = [openTask(), openTask(), openTask()]
    const results = [first, second, third].map(({ task }) => queue.run(task, never))
    expect([first.isStarted(), second.isStarted(), queue.length]).toEqual([true, false, 2])
    first.finish()
    await results[0]
    await Promise.resolve()
    expect([second.isStarted(), third.isStarted()]).toEqual([true, false])
    second.finish()
    third.finish()
    expect(await Promise.all(results)).toEqual(['done', 'done', 'done'])
    expect(queue.length).toBe(0)
  })

  it('refuses at once what does not fit, and takes more when there is room', async () => {
    const queue = new BoundedQueue(1, 1)
    const [running, waiting] = [openTask(), openTask()]
    const results = [running, waiting].map(({ task }) => queue.run(task, never))
    await expect(queue.run(openTask().task, never)).rejects.toMatchObject({
      kind: 'TOO_MANY_REQUESTS',
      retryAfterSeconds: 1,
    })
    running.finish()
    waiting.finish()
    await Promise.all(results)
    await expect(queue.run(async () => 'later', never)).resolves.toBe('later')
  })

  it('tells beforehand whether there is room, to run or to wait', async () => {
    const queue = new BoundedQueue(1, 2)
    expect(() => queue.requireRoom(3)).not.toThrow()
    expect(() => queue.requireRoom(4)).toThrow(expect.objectContaining({ kind: 'TOO_MANY_REQUESTS' }))
    const tasks = [openTask(), openTask()]
    const results = tasks.map(({ task }) => queue.run(task, never))
    expect(() => queue.requireRoom(1)).not.toThrow()
    expect(() => queue.requireRoom(2)).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }))
    for (const { finish } of tasks) finish()
    await Promise.all(results)
    expect(() => queue.requireRoom(3)).not.toThrow()
  })

  it('forgets a waiting task that is given up, and lets a running one finish', async () => {
    const queue = new BoundedQueue(1, 2)
    const [running, waiting] = [openTask(), openTask()]
    const controller = new AbortController()
    const first = queue.run(running.task, controller.signal)
    const second = queue.run(waiting.task, controller.signal)
    controller.abort(new Error('given up'))
    await expect(second).rejects.toThrow('given up')
    expect(queue.length).toBe(0)
    running.finish()
    await expect(first).resolves.toBe('done')
    expect(waiting.isStarted()).toBe(false)
  })

  it('goes on after a task that fails', async () => {
    const queue = new BoundedQueue(1, 1)
    await expect(queue.run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no')
    await expect(queue.run(async () => 'yes', never)).resolves.toBe('yes')
  })
})
