import { openNetwork } from '../../src/packs/session.js'
import type { Tensor } from '../../src/pipeline/network.js'

/** What an ONNX file makes of numbers of this shape, by the names of its outputs. */
export async function runNetwork(
  onnx: Uint8Array,
  input: ArrayLike<number>,
  dims: readonly number[],
): Promise<ReadonlyMap<string, Tensor>> {
  const network = await openNetwork(onnx, 1)
  try {
    const run = network.prepare(dims)
    run.input.set(input)
    return await run.finish(
      (outputs) =>
        new Map([...outputs].map(([name, { data, dims: shape }]) => [name, { data: data.slice(), dims: shape }])),
    )
  } finally {
    await network.close()
  }
}
