import { describe, expect, it } from 'vitest'
import { createGraph } from '../../support/build-network.js'
import { readOnnx, writeOnnx } from '../../tools/onnx/file.js'
import type { Network } from '../../tools/onnx/graph.js'
import { readSource } from '../../tools/sources.js'
import { sha256 } from '../support/model-packs.js'
import { message, modelWith, number, text } from '../support/onnx-bytes.js'
import { runNetwork } from '../support/run-network.js'

const NETWORK: Network = {
  name: 'everything',
  input: { name: 'pixels', shape: ['N', 3, 8, 'width'] },
  nodes: [
    {
      operator: 'Conv',
      inputs: ['pixels', 'filters', 'bias'],
      output: 'a',
      attributes: { group: 1, kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    },
    { operator: 'LeakyRelu', inputs: ['a'], output: 'b', attributes: { alpha: { float: 0.25 } } },
    { operator: 'ReduceMean', inputs: ['b'], output: 'c', attributes: { axes: [-1, -2], keepdims: 0 } },
    { operator: 'Softmax', inputs: ['c'], output: 'shares', attributes: { axis: -1 } },
  ],
  constants: new Map([
    ['filters', { values: Float32Array.from({ length: 2 * 27 }, (_, i) => Math.sin(i)), shape: [2, 3, 3, 3] }],
    ['bias', { values: Float32Array.of(-0, 1e-40), shape: [2] }],
    ['nothing', { values: Float32Array.of(7), shape: [] }],
    ['bytes', { values: Uint8Array.of(0, 255), shape: [2] }],
    ['signed', { values: Int8Array.of(-128, 127), shape: [2, 1] }],
    ['whole', { values: Int32Array.of(-5, 2 ** 31 - 1), shape: [2] }],
    ['long', { values: BigInt64Array.of(-1n, 2n ** 40n), shape: [2] }],
  ]),
  outputs: [
    { name: 'shares', value: 'shares', shape: ['N', 2] },
    { name: 'c', value: 'c', shape: ['N', 2] },
  ],
}

/** A million numbers are compared by their hashes. */
function withHashes(network: Network) {
  const constants = [...network.constants].map(([name, { values, shape }]) => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    return { name, shape, type: values.constructor.name, sha256: sha256(bytes) }
  })
  return { ...network, constants }
}

describe('an ONNX file', () => {
  it('gives back the network that was written', () => {
    expect(readOnnx(writeOnnx(NETWORK))).toEqual(NETWORK)
  })

  it.each(['embedder', 'detector', 'landmarks'] as const)('gives back the %s of the default pack, too', (name) => {
    const network = readOnnx(readSource(name))
    expect(network.nodes.length).toBeGreaterThan(50)
    expect(withHashes(readOnnx(writeOnnx(network)))).toEqual(withHashes(network))
  })

  it('has the same bytes for the same network', () => {
    expect(Buffer.from(writeOnnx(NETWORK)).equals(writeOnnx(structuredClone(NETWORK)))).toBe(true)
  })

  it('calls the values that are outputs as these are called', () => {
    const graph = createGraph('named', { name: 'input', shape: ['N'] })
    const value = graph.node('Relu', [graph.input])
    const network = graph.finish([{ name: 'positive', value, shape: ['N'] }])
    expect(readOnnx(writeOnnx(network))).toMatchObject({
      nodes: [{ operator: 'Relu', output: 'positive' }],
      outputs: [{ name: 'positive', value: 'positive' }],
    })
  })

  it('runs', async () => {
    const outputs = await runNetwork(writeOnnx(NETWORK), new Float32Array(3 * 8 * 2).fill(1), [1, 3, 8, 2])
    const [p = 0, q = 0] = outputs.get('shares')?.data ?? []
    expect(p + q).toBeCloseTo(1, 6)
    expect(outputs.get('c')?.dims).toEqual([1, 2])
  })

  /** A node of this operator with one input and these outputs, and what else it has. */
  const node = (operator: string, outputs: readonly string[], ...more: Uint8Array[]) =>
    message(1, Buffer.concat([text(1, 'x'), ...outputs.map((name) => text(2, name)), text(4, operator), ...more]))
  const input = message(11, Buffer.concat([text(1, 'x'), message(2, message(1, message(2, new Uint8Array())))]))

  it.each([
    ['two outputs', [input, node('Split', ['y', 'z'])], 'Expected Split to have one output.'],
    ['an operator of the runtime alone', [node('Gelu', ['y'], text(7, 'com.microsoft'))], 'Gelu of com.microsoft'],
    [
      'a text for an attribute',
      [node('Conv', ['y'], message(5, Buffer.concat([text(1, 'auto_pad'), text(4, 'VALID'), number(20, 3)])))],
      'The attribute auto_pad of the type 3 is not supported.',
    ],
    [
      'constants of halves',
      [message(5, Buffer.concat([number(1, 1), number(2, 10), text(8, 'w'), text(9, 'ab')]))],
      'type 10',
    ],
    [
      'constants that are not raw',
      [message(5, Buffer.concat([number(1, 2), number(2, 1), text(8, 'w')]))],
      'Expected the numbers of constants as raw data.',
    ],
    ['no input', [node('Relu', ['y'])], 'Expected a network with one input.'],
    ['two inputs', [input, input, node('Relu', ['y'])], 'Expected a network with one input.'],
  ])('with %s is refused', (_name, graph, sentence) => {
    expect(() => readOnnx(modelWith(Buffer.concat(graph)))).toThrow(sentence)
  })
})
