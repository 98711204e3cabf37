import { describe, expect, it } from 'vitest'
import type { Detection } from '../../src/pipeline/detect.js'
import { chooseFace, hasRoomForAnother } from '../../src/pipeline/prominence.js'

const WHOLE = { width: 100, height: 100 }
const face = (x: number, y: number, side: number): Detection => ({
  score: 0.9,
  box: { x, y, width: side, height: side },
  roll: 0,
})

describe('chooseFace', () => {
  it('takes the largest, not the most central', () => {
    expect(chooseFace([face(0, 0, 30), face(45, 45, 10)], WHOLE)?.box.width).toBe(30)
  })
  it('takes the most central among nearly equal ones', () => {
    expect(chooseFace([face(0, 0, 20), face(40, 40, 18), face(80, 80, 20)], WHOLE)?.box.x).toBe(40)
  })
  it('takes the largest before a more central one of three quarters of its area', () => {
    expect(chooseFace([face(0, 0, 20), face(40, 40, 17.3)], WHOLE)?.box.x).toBe(0)
  })
  it('counts only what lies inside the picture', () => {
    expect(chooseFace([face(-50, 0, 60), face(40, 40, 25)], WHOLE)?.box.x).toBe(40)
  })
  it('finds none among none', () => {
    expect(chooseFace([], WHOLE)).toBeUndefined()
  })
})

describe('hasRoomForAnother', () => {
  it('sees no room around a portrait, and room beside one of two people', () => {
    const box = { x: 30, y: 30, width: 40, height: 40 }
    expect(hasRoomForAnother(box, WHOLE)).toBe(false)
    expect(hasRoomForAnother(box, { width: 200, height: 100 })).toBe(true)
    expect(hasRoomForAnother(box, { width: 100, height: 200 })).toBe(true)
  })
})
