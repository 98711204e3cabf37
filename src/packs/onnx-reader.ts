/**
 * Reads of an ONNX file what has to be known before the runtime gets it. Field numbers are those of onnx.proto3 in the
 * ONNX specification. Everything else of the file is the runtime's business.
 */
export interface OnnxSummary {
  /** Version of the standard operators; 0 when the file names none. */
  readonly opset: number
  /** Whether a tensor of the file has its numbers in another file. */
  readonly hasExternalData: boolean
}

interface Field {
  readonly number: number
  /** Of a varint. */
  readonly value: number
  /** Of a field with a length. */
  readonly bytes: Uint8Array
}

const NO_BYTES = new Uint8Array(0)
const EXTERNAL = 1
/** No model nests its graphs deeper; a hostile file must not exhaust the stack. */
const DEEPEST = 64

/** Throws an Error when the bytes are no ONNX model. */
export function inspectOnnx(bytes: Uint8Array): OnnxSummary {
  let opset = 0
  let hasGraph = false
  let hasExternalData = false
  for (const { number, bytes: content } of readFields(bytes)) {
    if (number === 7) hasGraph = true
    if (number === 8) opset ||= readOpset(content)
    if (number === 7 || number === 25) hasExternalData ||= findExternal(MODEL_PARTS[number], content, 0)
  }
  if (!hasGraph) throw new Error('Expected an ONNX model')
  return { opset, hasExternalData }
}

/** The version of the standard operators (their domain is empty), or 0 for those of another domain. */
function readOpset(content: Uint8Array): number {
  let domain = ''
  let version = 0
  for (const { number, bytes, value } of readFields(content)) {
    if (number === 1) domain = new TextDecoder().decode(bytes)
    if (number === 2) version = value
  }
  return domain === '' || domain === 'ai.onnx' ? version : 0
}

type Message = 'graph' | 'node' | 'attribute' | 'function' | 'sparse' | 'tensor'

const MODEL_PARTS = { 7: 'graph', 25: 'function' } as const

/** Which fields of a message lead to tensors. */
const CHILDREN: Readonly<Record<Exclude<Message, 'tensor'>, Readonly<Record<number, Message>>>> = {
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  sparse: { 1: 'tensor', 2: 'tensor' },
}

function findExternal(message: Message, content: Uint8Array, depth: number): boolean {
  if (depth > DEEPEST) throw new Error('Expected an ONNX model of less depth')
  for (const { number, bytes, value } of readFields(content)) {
    if (message === 'tensor') {
      if (number === 13 || (number === 14 && value === EXTERNAL)) return true
      continue
    }
    const child = CHILDREN[message][number]
    if (child && findExternal(child, bytes, depth + 1)) return true
  }
  return false
}

function* readFields(bytes: Uint8Array): Generator<Field> {
  let at = 0
  const readVarint = (): number => {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('Expected an ONNX model')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Error('Expected an ONNX model')
  }
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('Expected an ONNX model')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const key = readVarint()
    const [number, wire] = [Math.floor(key / 8), key % 8]
    if (wire === 0) yield { number, value: readVarint(), bytes: NO_BYTES }
    else if (wire === 1) yield { number, value: 0, bytes: take(8) }
    else if (wire === 2) yield { number, value: 0, bytes: take(readVarint()) }
    else if (wire === 5) yield { number, value: 0, bytes: take(4) }
    else throw new Error('Expected an ONNX model')
  }
}
