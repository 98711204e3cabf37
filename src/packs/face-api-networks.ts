import {
  addAveragePool,
  addConvolution,
  addDense,
  addGlobalMean,
  addMaxPool,
  addRelu,
  addSubtractMean,
  addSum,
  addZeroBorder,
  addZeroChannels,
  type Convolution,
  convolution,
  depthwiseConvolution,
  type FeatureMap,
  foldMean,
  scaleInput,
  scaleOutput,
} from './layers.js'
import { createGraph, type Graph, type Network } from './onnx-writer.js'
import { readWeights, type Weights, weightOf } from './weights.js'

/** Side of landmark68's input in pixels. */
export const LANDMARKS_SIZE = 112
/** Side of dlib-ResNet's input in pixels. */
export const RESNET_SIZE = 150

/** face-api's normalisation of both networks: (RGB - mean) / 255. */
const MEAN_RGB = [122.782, 117.001, 104.298]
const SCALE = 1 / 255

/** face-api's landmark68. Output `landmarks`: `[N, 136]`, x and y in turn, 0..1 of the input's side. */
export function convertLandmarks(manifest: unknown, bytes: Uint8Array): Network {
  const weights = readWeights(manifest, bytes)
  const side = LANDMARKS_SIZE
  const graph = createGraph('landmark68', { name: 'input', shape: ['N', 3, side, side] })
  const input = { value: graph.input, channels: 3, height: side, width: side }
  // The first convolution pads, so the mean must be subtracted before it; the scale can be folded.
  const centred = addSubtractMean(graph, input, MEAN_RGB)
  const first = scaleInput(
    convolution(weightOf(weights, 'dense0/conv0/filters'), {
      stride: 2,
      padding: 'SAME',
      bias: weightOf(weights, 'dense0/conv0/bias').values,
    }),
    SCALE,
  )
  let map = addDenseLayers(graph, weights, 'dense0', addRelu(graph, addConvolution(graph, centred, first)))
  for (const block of ['dense1', 'dense2', 'dense3']) {
    const entry = addRelu(graph, addSeparable(graph, weights, `${block}/conv0`, map, 2))
    map = addDenseLayers(graph, weights, block, entry)
  }
  // The original pools 7x7 with the stride 2 over a 7x7 map, which is the mean.
  const bias = weightOf(weights, 'fc/bias').values
  const value = addDense(graph, addGlobalMean(graph, map), weightOf(weights, 'fc/weights'), bias)
  return graph.finish([{ name: 'landmarks', value, shape: ['N', 136] }])
}

/**
 * The rest of a block: each layer reads the rectified sum of all before it. The sums are nested so that each is a
 * convolution plus one map, which ONNX Runtime runs as one step.
 */
function addDenseLayers(graph: Graph, weights: Weights, block: string, entry: FeatureMap): FeatureMap {
  let sum = entry
  let rectified = entry
  for (const layer of ['conv1', 'conv2', 'conv3']) {
    sum = addSum(graph, addSeparable(graph, weights, `${block}/${layer}`, rectified, 1), sum)
    rectified = addRelu(graph, sum)
  }
  return rectified
}

function addSeparable(graph: Graph, weights: Weights, name: string, input: FeatureMap, stride: number): FeatureMap {
  const depthwise = depthwiseConvolution(weightOf(weights, `${name}/depthwise_filter`), { stride, padding: 'SAME' })
  const pointwise = convolution(weightOf(weights, `${name}/pointwise_filter`), {
    stride: 1,
    padding: 'VALID',
    bias: weightOf(weights, `${name}/bias`).values,
  })
  return addConvolution(graph, addConvolution(graph, input, depthwise), pointwise)
}

/**
 * dlib's face recognition ResNet as face-api publishes it. Outputs: `embedding` `[N, 128]` and `features`
 * `[N, 128, 8, 8]`, the last map of that size.
 */
export function convertResnet(manifest: unknown, bytes: Uint8Array): Network {
  const weights = readWeights(manifest, bytes)
  const side = RESNET_SIZE
  const graph = createGraph('dlib-resnet', { name: 'input', shape: ['N', 3, side, side] })
  const input = { value: graph.input, channels: 3, height: side, width: side }
  const first = foldMean(scaleInput(plainLayer(weights, 'conv32_down', 2), SCALE), MEAN_RGB)
  let map = addMaxPool(graph, addRelu(graph, addConvolution(graph, input, first)), 3, 2, 'VALID')
  for (const block of ['conv32_1', 'conv32_2', 'conv32_3']) map = addResidual(graph, weights, block, map)
  map = addResidualDown(graph, weights, 'conv64_down', map)
  for (const block of ['conv64_1', 'conv64_2', 'conv64_3']) map = addResidual(graph, weights, block, map)
  map = addResidualDown(graph, weights, 'conv128_down', map)
  for (const block of ['conv128_1', 'conv128_2']) map = addResidual(graph, weights, block, map)
  const features = map
  map = addResidualDown(graph, weights, 'conv256_down', map)
  for (const block of ['conv256_1', 'conv256_2']) map = addResidual(graph, weights, block, map)
  map = addResidualDown(graph, weights, 'conv256_down_out', map)
  const embedding = addDense(graph, addGlobalMean(graph, map), weightOf(weights, 'fc'))
  return graph.finish([
    { name: 'embedding', value: embedding, shape: ['N', 128] },
    { name: 'features', value: features.value, shape: ['N', features.channels, features.height, features.width] },
  ])
}

/** A convolution with dlib's affine layer (`scale`) after it. With stride 2 nothing is padded. */
function plainLayer(weights: Weights, name: string, stride: 1 | 2): Convolution {
  const layer = convolution(weightOf(weights, `${name}/conv/filters`), {
    stride,
    padding: stride === 2 ? 'VALID' : 'SAME',
    bias: weightOf(weights, `${name}/conv/bias`).values,
  })
  const factors = weightOf(weights, `${name}/scale/weights`).values
  return scaleOutput(layer, factors, weightOf(weights, `${name}/scale/biases`).values)
}

function addResidual(graph: Graph, weights: Weights, block: string, input: FeatureMap): FeatureMap {
  const inner = addRelu(graph, addConvolution(graph, input, plainLayer(weights, `${block}/conv1`, 1)))
  const outer = addConvolution(graph, inner, plainLayer(weights, `${block}/conv2`, 1))
  return addRelu(graph, addSum(graph, outer, input))
}

/** Halves the map. The shorter of the two branches is filled up with zeros, in channels and at the bottom and right. */
function addResidualDown(graph: Graph, weights: Weights, block: string, input: FeatureMap): FeatureMap {
  const inner = addRelu(graph, addConvolution(graph, input, plainLayer(weights, `${block}/conv1`, 2)))
  const outer = addConvolution(graph, inner, plainLayer(weights, `${block}/conv2`, 1))
  const pooled = addAveragePool(graph, input, 2, 2)
  const widened = pooled.channels === outer.channels ? pooled : addZeroChannels(graph, pooled, outer.channels)
  return addRelu(graph, addSum(graph, addZeroBorder(graph, outer, pooled.height, pooled.width), widened))
}
