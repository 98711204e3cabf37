import type { Model, Outputs } from '../../src/pipeline/models.js'

/** A network that is computed by a function, one image at a time. */
export function modelOf(inputSize: number, compute: (input: Float32Array) => Outputs): Model {
  return {
    inputSize,
    run: async (input) => compute(input),
    prepare() {
      const input = new Float32Array(3 * inputSize * inputSize)
      return { input, finish: async (read) => read(compute(input)) }
    },
  }
}
