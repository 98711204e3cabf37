/** Pieces of protobuf, for ONNX files that no writer makes. */

export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return Uint8Array.from([...bytes, rest])
}

/** A field that is a whole number. */
export function number(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field << 3), ...varint(value)])
}

/** A field that has a length: a message, or bytes. */
export function message(field: number, content: Uint8Array): Uint8Array {
  return Uint8Array.from([...varint((field << 3) | 2), ...varint(content.length), ...content])
}

export function text(field: number, content: string): Uint8Array {
  return message(field, new TextEncoder().encode(content))
}

/** A model of the standard operators in version 17 with this graph. */
export function modelWith(graph: Uint8Array): Uint8Array {
  return Uint8Array.from([...number(1, 8), ...message(7, graph), ...message(8, number(2, 17))])
}

/** The same model, said to be written for another version of the standard operators. */
export function withOpset(model: Uint8Array, opset: number): Uint8Array {
  // The version is the last byte that the project's writer puts down.
  return Uint8Array.from([...model.subarray(0, -1), opset])
}
