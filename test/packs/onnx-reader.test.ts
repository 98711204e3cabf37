import { describe, expect, it } from 'vitest'
import { inspectOnnx } from '../../src/packs/onnx-reader.js'
import { embedderFile } from '../support/model-packs.js'
import { message, modelWith, number, text } from '../support/onnx-bytes.js'

/** A tensor that says that its numbers lie in another file: data_location is EXTERNAL. */
const EXTERNAL = number(14, 1)

describe('an ONNX file', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('<html>not found</html>')],
    ['a file that ends too early', embedderFile().subarray(0, 3000)],
    ['a message without a graph', Uint8Array.from([8, 8])],
    ['an endless number', new Uint8Array(20).fill(0xff)],
  ])('is not what %s is', (_name, bytes) => {
    expect(() => inspectOnnx(bytes)).toThrow('Expected an ONNX model')
  })

  it('names its operators and has its numbers in it', () => {
    expect(inspectOnnx(embedderFile())).toEqual({ opset: 17, hasExternalData: false })
  })

  it.each([
    ['an initializer', message(5, EXTERNAL)],
    ['a constant', message(1, message(5, message(5, EXTERNAL)))],
    ['a constant of a graph inside a node', message(1, message(5, message(6, message(5, EXTERNAL))))],
    ['a sparse initializer', message(15, message(1, EXTERNAL))],
    ['a tensor that only names a file', message(5, message(13, text(1, 'location')))],
  ])('is found out when %s lies in another file', (_name, graph) => {
    expect(inspectOnnx(modelWith(graph)).hasExternalData).toBe(true)
  })

  it('may not nest its graphs without end', () => {
    let graph = message(5, EXTERNAL)
    for (let i = 0; i < 100; i++) graph = message(1, message(5, message(6, graph)))
    expect(() => inspectOnnx(modelWith(graph))).toThrow('less depth')
  })
})
