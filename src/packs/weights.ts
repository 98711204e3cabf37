import { toArray, toNumber, toObject, toText } from './json.js'

/** A constant of a network as its library keeps it. */
export interface WeightTensor {
  readonly shape: readonly number[]
  /** Row-major. Integers (paddings and the like) are held as floats too. */
  readonly values: Float32Array
}

export type Weights = ReadonlyMap<string, WeightTensor>

/**
 * Reads the weights of a TensorFlow.js model.
 * @param manifest the `weightsManifest` array of the model's JSON
 * @param bytes the file that the manifest describes; all groups of the manifest lie in it one after the other
 */
export function readWeights(manifest: unknown, bytes: Uint8Array): Weights {
  const weights = new Map<string, WeightTensor>()
  let offset = 0
  for (const group of toArray(manifest, 'the weights manifest')) {
    for (const entry of toArray(toObject(group, 'a weights group').weights, 'the weights of a group')) {
      const { name, byteLength, tensor } = readEntry(entry, bytes, offset)
      weights.set(name, tensor)
      offset += byteLength
    }
  }
  if (offset !== bytes.length) throw new Error(`Expected ${offset} bytes of weights but received ${bytes.length}.`)
  return weights
}

/** The constant with this name; throws when there is none. */
export function weightOf(weights: Weights, name: string): WeightTensor {
  const tensor = weights.get(name)
  if (!tensor) throw new Error(`The weights have no tensor named ${name}.`)
  return tensor
}

function readEntry(entry: unknown, bytes: Uint8Array, offset: number) {
  const fields = toObject(entry, 'a weight')
  const name = toText(fields.name, 'the name of a weight')
  const shape = toArray(fields.shape, `the shape of ${name}`).map((side) => toNumber(side, `the shape of ${name}`))
  const count = shape.reduce((product, side) => product * side, 1)
  const quantisation = fields.quantization === undefined ? undefined : toObject(fields.quantization, 'a quantisation')
  const type = toText((quantisation ?? fields).dtype, `the type of ${name}`)
  const byteLength = count * bytesPerNumber(type)
  if (offset + byteLength > bytes.length) throw new Error(`The weights end before ${name}.`)
  // A copy, so that views of wider numbers are aligned (`slice` of a Buffer would be a view).
  const stored = decode(type, new Uint8Array(bytes.subarray(offset, offset + byteLength)).buffer)
  const scale = quantisation?.scale === undefined ? 1 : toNumber(quantisation.scale, `the scale of ${name}`)
  const min = quantisation?.min === undefined ? 0 : toNumber(quantisation.min, `the minimum of ${name}`)
  const values = scale === 1 && min === 0 ? stored : stored.map((level) => level * scale + min)
  return { name, byteLength, tensor: { shape, values } }
}

function bytesPerNumber(type: string): number {
  if (type === 'float32' || type === 'int32') return 4
  if (type === 'float16' || type === 'uint16') return 2
  if (type === 'uint8') return 1
  throw new Error(`Weights of type ${type} are not supported.`)
}

function decode(type: string, buffer: ArrayBuffer): Float32Array {
  if (type === 'float32') return new Float32Array(buffer)
  if (type === 'float16') return halvesToFloats(new Uint16Array(buffer))
  if (type === 'int32') return new Float32Array(new Int32Array(buffer))
  return new Float32Array(type === 'uint16' ? new Uint16Array(buffer) : new Uint8Array(buffer))
}

/** IEEE 754 half precision (5 bits of exponent, bias 15; 10 of fraction) to single (8 bits, bias 127; 23). */
function halvesToFloats(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length)
  const bits = new Uint32Array(floats.buffer)
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!
    const sign = (half & 0x8000) << 16
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0x1f) bits[i] = sign | 0x7f800000 | (fraction << 13)
    else if (exponent > 0) bits[i] = sign | ((exponent + 112) << 23) | (fraction << 13)
    else floats[i] = (sign < 0 ? -1 : 1) * fraction * 2 ** -24
  }
  return floats
}
