import { describe, expect, it } from 'vitest'
import { UploadBudget } from '../../src/http/upload-budget.js'

describe('the budget of uploads', () => {
  it('refuses what is over the limit together, with code 15 and when to come again', () => {
    const budget = new UploadBudget(100)
    budget.open().take(60)
    const second = budget.open()
    expect(() => second.take(41)).toThrow(expect.objectContaining({ code: 15, retryAfterSeconds: 1 }))
    expect(budget.bytes).toBe(60)
    second.take(40)
    expect(budget.bytes).toBe(100)
  })

  it('refuses an upload that grows beyond it', () => {
    const budget = new UploadBudget(100)
    budget.open().take(60)
    const growing = budget.open()
    growing.take(30)
    expect(() => growing.take(11)).toThrow(expect.objectContaining({ code: 15 }))
  })

  it('lets one upload in whatever its size', () => {
    const budget = new UploadBudget(100)
    const large = budget.open()
    large.take(90)
    large.take(90)
    expect(() => budget.open().take(1)).toThrow()
    large.close()
    budget.open().take(1000)
  })

  it('gives back what was taken, once', () => {
    const budget = new UploadBudget(100)
    const share = budget.open()
    share.take(70)
    share.close()
    share.close()
    share.take(50)
    expect(budget.bytes).toBe(0)
  })
})
