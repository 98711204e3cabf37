import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createTurns } from '../src/turns.js'

describe('turns', () => {
  it('lets one caller go on in each turn of the event loop, in order', async () => {
    const turn = createTurns()
    const order: string[] = []
    const callers = ['a', 'b', 'c'].map((name) => turn().then(() => order.push(name)))
    expect(order).toEqual([])
    for (const expected of ['a', 'ab', 'abc']) {
      await setImmediate()
      expect(order.join('')).toBe(expected)
    }
    await Promise.all(callers)
  })

  it('goes on after it has stood still, and with those that come while others wait', async () => {
    const turn = createTurns()
    await turn()
    const order: string[] = []
    const first = turn().then(async () => {
      order.push('first')
      await turn()
      order.push('again')
    })
    await Promise.all([first, turn().then(() => order.push('second'))])
    expect(order).toEqual(['first', 'second', 'again'])
  })
})
