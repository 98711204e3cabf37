/**
 * Eight-bit weights for unsigned eight-bit activations that give the same sums on every processor.
 *
 * Without VNNI, ONNX Runtime multiplies on x86 with `vpmaddubsw`: it adds the products of two neighbours in the order of
 * summation as int16 and SATURATES. The usual cure, seven-bit weights, costs accuracy. Here the scale of each filter is
 * chosen so that no such pair can overflow: activations are 0..255, so the sum of a pair lies between 255 times its negative
 * weights and 255 times its positive ones.
 */

/** The most that the positive (or the negative) weights of a pair may add up to: 255 * 128 < 2 ** 15. */
const PAIR_LIMIT = 128
const LEVEL_LIMIT = 127

export interface FilterShape {
  readonly filterCount: number
  /** 1 where each channel has a filter by itself. */
  readonly channelsPerGroup: number
  /** Height times width. */
  readonly kernelSize: number
}

export interface QuantisedFilters {
  /** In the order of the filters; weight = level * scale of the filter. */
  readonly levels: Int8Array
  readonly scales: Float32Array
}

/** @param filters `[filterCount, channelsPerGroup, height, width]`, row-major */
export function quantiseFilters(filters: Float32Array, shape: FilterShape): QuantisedFilters {
  const levels = new Int8Array(filters.length)
  const scales = new Float32Array(shape.filterCount)
  const order = summationOrder(shape)
  // The runtime sums up a channel's own filter as int32.
  const pairLimit = shape.channelsPerGroup === 1 ? 2 * LEVEL_LIMIT : PAIR_LIMIT
  for (let filter = 0; filter < shape.filterCount; filter++) {
    const start = filter * order.length
    const weights = filters.subarray(start, start + order.length)
    scales[filter] = fittingScale(weights, order, pairLimit) || 1
    roundWeights(weights, order, scales[filter]!, pairLimit, levels.subarray(start, start + order.length))
  }
  return { levels, scales }
}

/**
 * What rounding the weights takes away from each filter's sum on average, in weight levels times activation levels.
 * @param means the average level of each channel of the input
 */
export function meanRoundingErrors(
  filters: Float32Array,
  quantised: QuantisedFilters,
  shape: FilterShape,
  means: Float32Array,
): Float64Array {
  const { filterCount, channelsPerGroup, kernelSize } = shape
  const errors = new Float64Array(filterCount)
  let i = 0
  for (let filter = 0; filter < filterCount; filter++) {
    const scale = quantised.scales[filter]!
    for (let channel = 0; channel < channelsPerGroup; channel++) {
      let error = 0
      for (let k = 0; k < kernelSize; k++, i++) error += filters[i]! / scale - quantised.levels[i]!
      errors[filter]! += error * means[channelsPerGroup === 1 ? filter : channel]!
    }
  }
  return errors
}

/** Positions in a filter in the order in which the runtime sums up: channels last. */
function summationOrder({ channelsPerGroup, kernelSize }: FilterShape): Uint32Array {
  const order = new Uint32Array(channelsPerGroup * kernelSize)
  let k = 0
  for (let pixel = 0; pixel < kernelSize; pixel++) {
    for (let channel = 0; channel < channelsPerGroup; channel++) order[k++] = channel * kernelSize + pixel
  }
  return order
}

/** The smallest scale with which neither a weight nor a pair exceeds its limit; 0 when all weights are 0. */
function fittingScale(weights: Float32Array, order: Uint32Array, pairLimit: number): number {
  let largest = 0
  let largestPair = 0
  for (let k = 0; k < order.length; k += 2) {
    const a = weights[order[k]!]!
    const b = k + 1 < order.length ? weights[order[k + 1]!]! : 0
    const most = Math.max(Math.abs(a), Math.abs(b))
    largest = Math.max(largest, most)
    largestPair = Math.max(largestPair, a * b > 0 ? Math.abs(a + b) : most)
  }
  return Math.fround(Math.max(largest / LEVEL_LIMIT, largestPair / pairLimit))
}

function roundWeights(
  weights: Float32Array,
  order: Uint32Array,
  scale: number,
  pairLimit: number,
  levels: Int8Array,
): void {
  for (let k = 0; k < order.length; k++) levels[order[k]!] = Math.round(weights[order[k]!]! / scale)
  for (let k = 0; k + 1 < order.length; k += 2) {
    const i = order[k]!
    const j = order[k + 1]!
    const a = levels[i]!
    const b = levels[j]!
    if (a * b <= 0 || Math.abs(a + b) <= pairLimit) continue
    // Both were rounded away from 0, one too many: the one that was rounded further goes back.
    const step = Math.sign(a)
    const further = step * (a - weights[i]! / scale) > step * (b - weights[j]! / scale) ? i : j
    levels[further]! -= step
  }
}
