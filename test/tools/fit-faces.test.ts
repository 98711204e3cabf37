import { describe, expect, it } from 'vitest'
import { normalise } from '../../src/score/vectors.js'
import { type FittedFace, findRepeated } from '../../tools/fit-faces.js'
import { makeFace } from '../support/made-face.js'

function faceOf(person: string, direction: readonly number[]): FittedFace {
  const face = makeFace({ embedding: normalise(Float32Array.from(direction)) })
  return { file: person, person, of: { name: 'child', sex: 'f', age: 'child' }, kind: 'plain', face }
}

describe('pictures of groups', () => {
  it('count as repeated where an earlier one shows the same person', () => {
    const faces = [
      faceOf('first', [1, 0, 0]),
      faceOf('other', [0, 1, 0]),
      faceOf('first again', [10, 1, 1]),
      faceOf('like the other', [1, 1, 0]),
      faceOf('first once more', [1, 0, 0.1]),
    ]
    expect([...findRepeated(faces)].sort()).toEqual(['first again', 'first once more'])
    expect([...findRepeated([])]).toEqual([])
  })
})
