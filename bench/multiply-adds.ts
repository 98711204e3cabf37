/** How many multiply-adds one run of a network takes, convolutions and matrix products; what else it does is not counted. */
import type { Network, Node, ValueName } from '../tools/onnx/graph.js'

/**
 * For one image; `side` is that of its square input, where the network takes any. Throws an Error for a network whose sizes
 * are not known beforehand.
 */
export function countMultiplyAdds({ input, nodes, constants }: Network, side?: number): number {
  const shapeOf = (value: ValueName | undefined): readonly number[] => {
    const constant = constants.get(value ?? '')
    if (!constant) throw new Error('Expected the weights of a network to be constants.')
    return constant.shape
  }
  const sizes = new Map<ValueName, Sides>([[input.name, sizeOf(input.shape, side)]])
  let sum = 0
  for (const node of nodes) {
    const size = sizes.get(node.inputs.find((value) => sizes.has(value)) ?? '')
    if (!size) throw new Error(`Expected to know the size of what ${node.operator} works on.`)
    const slid = isSliding(node) ? slide(size, node) : size
    sizes.set(node.output, slid)
    if (node.operator === 'Conv') sum += product(shapeOf(node.inputs[1])) * slid.height * slid.width
    if (node.operator === 'Gemm' || node.operator === 'MatMul') sum += product(shapeOf(node.inputs[1]))
  }
  return sum
}

function isSliding({ operator }: Node): boolean {
  return operator === 'Conv' || operator === 'MaxPool' || operator === 'AveragePool'
}

function slide({ height, width }: Sides, { operator, attributes }: Node): Sides {
  const list = (name: string, missing: readonly number[]): readonly number[] => {
    const value = attributes[name] ?? missing
    if (!Array.isArray(value)) throw new Error(`Expected ${name} of ${operator} to be a list.`)
    return value
  }
  const [kernelHeight = 1, kernelWidth = 1] = list('kernel_shape', [])
  const [apartDown = 1, apartAcross = 1] = list('dilations', [1, 1])
  const [down = 1, across = 1] = list('strides', [1, 1])
  const [top = 0, left = 0, bottom = 0, right = 0] = list('pads', [0, 0, 0, 0])
  return {
    height: Math.floor((height + top + bottom - apartDown * (kernelHeight - 1) - 1) / down) + 1,
    width: Math.floor((width + left + right - apartAcross * (kernelWidth - 1) - 1) / across) + 1,
  }
}

interface Sides {
  readonly height: number
  readonly width: number
}

function sizeOf(shape: Network['input']['shape'], side: number | undefined): Sides {
  const [height, width] = side === undefined ? shape.slice(-2) : [side, side]
  if (typeof height !== 'number' || typeof width !== 'number') throw new Error('Expected the sides of the input.')
  return { height, width }
}

function product(values: readonly number[]): number {
  return values.reduce((p, value) => p * value, 1)
}
