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

/** A queue whose workers come back when their task is done, as those of the pool do. */
function startQueue(workers: number, capacity: number) {
  const queue = new BoundedQueue<number>(workers, capacity)
  for (let worker = 0; worker < workers; worker++) queue.add(worker)
  return {
    queue,
    run: <T>(task: () => Promise<T>, signal: AbortSignal) =>
      queue.run((worker) => task().finally(() => queue.add(worker)), signal),
  }
}

describe('BoundedQueue', () => {
  it('runs as many tasks as it has slots, the others in order', async () => {
    const { queue, run } = startQueue(1, 2)
    const [first, second, third] = [openTask(), openTask(), openTask()]
    const results = [first, second, third].map(({ task }) => run(task, never))
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
    const { run } = startQueue(1, 1)
    const [running, waiting] = [openTask(), openTask()]
    const results = [running, waiting].map(({ task }) => run(task, never))
    await expect(run(openTask().task, never)).rejects.toMatchObject({
      kind: 'TOO_MANY_REQUESTS',
      retryAfterSeconds: 1,
    })
    running.finish()
    waiting.finish()
    await Promise.all(results)
    await expect(run(async () => 'later', never)).resolves.toBe('later')
  })

  it('tells beforehand whether there is room, to run or to wait', async () => {
    const { queue, run } = startQueue(1, 2)
    expect(() => queue.requireRoom(3)).not.toThrow()
    expect(() => queue.requireRoom(4)).toThrow(expect.objectContaining({ kind: 'TOO_MANY_REQUESTS' }))
    const tasks = [openTask(), openTask()]
    const results = tasks.map(({ task }) => run(task, never))
    expect(() => queue.requireRoom(1)).not.toThrow()
    expect(() => queue.requireRoom(2)).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }))
    for (const { finish } of tasks) finish()
    await Promise.all(results)
    expect(() => queue.requireRoom(3)).not.toThrow()
  })

  it('forgets a waiting task that is given up, and lets a running one finish', async () => {
    const { queue, run } = startQueue(1, 2)
    const [running, waiting] = [openTask(), openTask()]
    const controller = new AbortController()
    const first = run(running.task, controller.signal)
    const second = run(waiting.task, controller.signal)
    controller.abort(new Error('given up'))
    await expect(second).rejects.toThrow('given up')
    expect(queue.length).toBe(0)
    running.finish()
    await expect(first).resolves.toBe('done')
    expect(waiting.isStarted()).toBe(false)
  })

  it('goes on after a task that fails', async () => {
    const { run } = startQueue(1, 1)
    await expect(run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no')
    await expect(run(async () => 'yes', never)).resolves.toBe('yes')
  })

  it('lets tasks wait for workers that are not there yet, and for those that come instead of lost ones', async () => {
    const queue = new BoundedQueue<string>(1, 1)
    const first = queue.run(async (worker) => worker, never)
    queue.add('early')
    expect(await first).toBe('early')
    queue.add('lost')
    queue.remove('lost')
    const second = queue.run(async (worker) => worker, never)
    queue.add('new')
    expect(await second).toBe('new')
  })

  it('counts all tasks towards its room, whether there are workers or not', async () => {
    const queue = new BoundedQueue<string>(2, 1)
    const tasks = [1, 2, 3].map(() => queue.run(async (worker) => worker, never))
    await expect(queue.run(async () => '', never)).rejects.toMatchObject({ kind: 'TOO_MANY_REQUESTS' })
    for (const worker of ['a', 'b', 'c']) queue.add(worker)
    expect(await Promise.all(tasks)).toEqual(['a', 'b', 'c'])
  })

  it('tells when it is empty', async () => {
    const { queue, run } = startQueue(1, 1)
    await queue.empty()
    const { task, finish } = openTask()
    const result = run(task, never)
    const told: string[] = []
    const waits = [1, 2].map(() => queue.empty().then(() => told.push('empty')))
    await Promise.resolve()
    expect(told).toEqual([])
    finish()
    await Promise.all([result, ...waits])
    expect(told).toEqual(['empty', 'empty'])
  })
})
