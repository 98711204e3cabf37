import { readGraphModel, type Translation, translate } from './graph-model.js'
import {
  addConvolution,
  addGlobalMean,
  addSubtractMean,
  type Convolution,
  type FeatureMap,
  reverseChannels,
  scaleInput,
} from './layers.js'
import { createGraph, type Graph, type Network, type ValueName } from './onnx-writer.js'

/** Side of BlazeFace's input in pixels, and those of the coarse and the fine detector: the network takes any multiple of 32. */
export const DETECTOR_SIZE = 256
export const COARSE_DETECTOR_SIZE = 128
export const FINE_DETECTOR_SIZE = 768
/** Side of FaceRes's input in pixels. */
export const FACERES_SIZE = 224

/** Numbers for each anchor of BlazeFace: score logit, box (4), six key points (2 each). */
const NUMBERS_PER_ANCHOR = 17
const BLAZEFACE_SCOPE = 'StatefulPartitionedCall/functional_1'

/** Means of ImageNet in Caffe's convention, which FaceRes (after VGGFace2) was trained with: BGR. */
const FACERES_MEAN_BGR = [103.939, 116.779, 123.68]

/**
 * BlazeFace (back model) with x / 127.5 - 1 built in. Output `raw`: `[N, 896, 17]`, first the 16x16 grid with two anchors
 * a cell, then the 8x8 grid with six, each row by row. Another side (pixels) makes other grids in the same order.
 */
export function convertBlazeFace(topology: unknown, weights: Uint8Array, side = DETECTOR_SIZE): Network {
  const graph = createGraph('blazeface', { name: 'input', shape: ['N', 3, side, side] })
  const input = { value: graph.input, channels: 3, height: side, width: side }
  const centred = addSubtractMean(graph, input, [127.5, 127.5, 127.5])
  const translation = translate(readGraphModel(topology, weights), graph, centred, (layer) =>
    scaleInput(layer, 1 / 127.5),
  )
  const fine = addAnchors(graph, translation, 'conv2d_33', 'conv2d_35')
  const coarse = addAnchors(graph, translation, 'conv2d_34', 'conv2d_36')
  const value = graph.node('Concat', [fine, coarse], { axis: 1 })
  const anchors = 2 * (side / 16) ** 2 + 6 * (side / 32) ** 2
  return graph.finish([{ name: 'raw', value, shape: ['N', anchors, NUMBERS_PER_ANCHOR] }])
}

/** BlazeFace for half the side: a quarter of the work, for faces of a quarter of the image and more. */
export function convertCoarseBlazeFace(topology: unknown, weights: Uint8Array): Network {
  return convertBlazeFace(topology, weights, COARSE_DETECTOR_SIZE)
}

/** BlazeFace for three times the side: nine times the work, for faces of a fortieth of the image and more. */
export function convertFineBlazeFace(topology: unknown, weights: Uint8Array): Network {
  return convertBlazeFace(topology, weights, FINE_DETECTOR_SIZE)
}

/**
 * HSE FaceRes up to its descriptor (age and gender left out). Takes RGB, while the network wants BGR minus a mean.
 * Outputs: `embedding` `[N, 1024]` and `features` `[N, 512, 14, 14]`, the last map of that size.
 */
export function convertFaceRes(topology: unknown, weights: Uint8Array): Network {
  const side = FACERES_SIZE
  const graph = createGraph('faceres', { name: 'input', shape: ['N', 3, side, side] })
  const input = { value: graph.input, channels: 3, height: side, width: side }
  const centred = addSubtractMean(graph, input, FACERES_MEAN_BGR.toReversed())
  const translation = translate(readGraphModel(topology, weights), graph, centred, reverseChannels)
  const features = translation.map('conv_pw_11_relu/clip_by_value')
  const embedding = addGlobalMean(graph, translation.map('conv_pw_13_relu/clip_by_value'))
  return graph.finish([
    { name: 'embedding', value: embedding, shape: ['N', 1024] },
    { name: 'features', value: features.value, shape: ['N', features.channels, features.height, features.width] },
  ])
}

/** BlazeFace's two heads of one grid as one convolution, and its output as one row for each anchor: `[N, anchors, 17]`. */
function addAnchors(graph: Graph, translation: Translation, scores: string, boxes: string): ValueName {
  const score = translation.convolution(`${BLAZEFACE_SCOPE}/${scores}/BiasAdd`)
  const box = translation.convolution(`${BLAZEFACE_SCOPE}/${boxes}/BiasAdd`)
  if (score.input.value !== box.input.value) throw new Error('The heads of BlazeFace work on different maps.')
  const anchorsPerCell = score.layer.filterCount
  const map: FeatureMap = addConvolution(graph, score.input, interleaveFilters(score.layer, box.layer, anchorsPerCell))
  const channelsLast = graph.node('Transpose', [map.value], { perm: [0, 2, 3, 1] })
  const anchors = map.height * map.width * anchorsPerCell
  // 0 keeps the batch.
  return graph.node('Reshape', [channelsLast, graph.integers([0, anchors, NUMBERS_PER_ANCHOR])])
}

/** One convolution with the filters of both, `groups` times in turn a share of `a` and a share of `b`. */
function interleaveFilters(a: Convolution, b: Convolution, groups: number): Convolution {
  const weave = (x: Float32Array, y: Float32Array): Float32Array => {
    const shareX = x.length / groups
    const shareY = y.length / groups
    const woven = new Float32Array(x.length + y.length)
    for (let group = 0; group < groups; group++) {
      const start = group * (shareX + shareY)
      woven.set(x.subarray(group * shareX, (group + 1) * shareX), start)
      woven.set(y.subarray(group * shareY, (group + 1) * shareY), start + shareX)
    }
    return woven
  }
  return {
    ...a,
    filters: weave(a.filters, b.filters),
    bias: weave(a.bias, b.bias),
    filterCount: a.filterCount + b.filterCount,
  }
}
