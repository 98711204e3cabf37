import { describe, expect, it } from 'vitest'
import type { Detection } from '../../src/pipeline/detect.js'
import { chooseFace } from '../../src/pipeline/prominence.js'

const face = (x: number, y: number, side: number): Detection => ({
  score: 0.9,
  box: { x, y, width: side, height: side },
  keypoints: [],
})

describe('chooseFace', () => {
  it('takes the largest, not the most central', () => {
    expect(chooseFace([face(0, 0, 30), face(45, 45, 10)], 100, 100)?.box.width).toBe(30)
  })
  it('takes the most central among nearly equal ones', () => {
    expect(chooseFace([face(0, 0, 20), face(40, 40, 15), face(80, 80, 20)], 100, 100)?.box.x).toBe(40)
  })
  it('counts only what lies inside the picture', () => {
    expect(chooseFace([face(-45, 0, 60), face(40, 40, 25)], 100, 100)?.box.x).toBe(40)
  })
  it('finds none among none', () => {
    expect(chooseFace([], 100, 100)).toBeUndefined()
  })
})
