import { expect, it } from 'vitest'
import { isClockToBlame } from '../../src/web/clock.js'

it.each([
  ['is to blame for an expired signature when it is far behind', 9, 400_000, true],
  ['is to blame for a wrong signature when it is far ahead', 14, -400_000, true],
  ['is not to blame when the service tolerates the difference', 14, -60_000, false],
  ['is not to blame in the other direction', 14, 400_000, false],
  ['is not to blame for an unknown app', 10, -400_000, false],
])('the clock %s', (_, code, differenceMs, blamed) => {
  expect(isClockToBlame(code, differenceMs)).toBe(blamed)
})
