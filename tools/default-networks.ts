/** The networks of the default pack, from what their publisher packed to what the runtime runs fastest. */
import { readOnnx } from './onnx/file.js'
import type { Network, Node, Output, ValueName } from './onnx/graph.js'
import { cutTo, rewritePRelus, takeRgb, withConstants } from './onnx/rewrite.js'
import { readSource } from './sources.js'

/** By the names of their files. */
export const DEFAULT_NETWORKS: Readonly<Record<string, () => Network>> = {
  'mobilefacenet.onnx': makeEmbedder,
  'rfb.onnx': makeDetector,
  'landmarks.onnx': makeLandmarks,
}

/** The last sum of 7 x 7 cells and of 14 x 14, which the facial parts are pooled from, by their names in the file. */
const PART_MAPS = { coarse: '503', fine: '471' } as const

/** MobileFaceNet. Outputs: `embedding` `[N, 512]`, `coarse` `[N, 128, 7, 7]` and `fine` `[N, 128, 14, 14]`. */
function makeEmbedder(): Network {
  const source = readOnnx(readSource('embedder'))
  const [last] = source.outputs
  const flat = source.nodes.find(({ output }) => output === last?.value)
  if (flat?.operator !== 'Reshape') throw new Error('Expected the embedding to be reshaped at last.')
  const nodes = source.nodes.map((node): Node => {
    if (node !== flat) return node
    return { ...node, operator: 'Flatten', inputs: node.inputs.slice(0, 1), attributes: { axis: 1 } }
  })
  const outputs = [
    { name: 'embedding', value: flat.output, shape: ['N', 512] },
    { name: 'coarse', value: PART_MAPS.coarse, shape: ['N', 128, 7, 7] },
    { name: 'fine', value: PART_MAPS.fine, shape: ['N', 128, 14, 14] },
  ]
  const network = takeRgb({ ...source, nodes }, { channels: 'bgr', mean: 127.5, scale: 1 / 128 }, [112, 112])
  return { ...rewritePRelus(cutTo(network, outputs)), name: 'mobilefacenet' }
}

/** The convolutions whose maps are the answers of the four grids, fine to coarse, by their names in the file. */
const RFB_GRIDS = { logits: ['319', '365', '405', '437'], offsets: ['333', '379', '419', '449'] } as const

/**
 * RFB for pictures of any size. Outputs, one row for each prior, grid by grid from the finest, row by row, cell by cell:
 * `logits` `[N, priors, 2]` (none, face) and `offsets` `[N, priors, 4]`. The softmax and the priors, which hold for one size
 * in the publisher's file, are left to the reader of the outputs.
 */
function makeDetector(): Network {
  const source = takeRgb(readOnnx(readSource('detector')), { channels: 'rgb', mean: 127, scale: 1 / 128 }, [
    'height',
    'width',
  ])
  const logits = joinGrids('logits', RFB_GRIDS.logits, 2)
  const offsets = joinGrids('offsets', RFB_GRIDS.offsets, 4)
  const network = withConstants({ ...source, nodes: [...source.nodes, ...logits.nodes, ...offsets.nodes] }, [
    logits.constant,
    offsets.constant,
  ])
  return { ...cutTo(network, [logits.output, offsets.output]), name: 'rfb' }
}

/** The maps of all grids as one list with so many numbers a row. */
function joinGrids(name: string, maps: readonly ValueName[], columns: number) {
  const shape = `${name} shape`
  const rows = maps.flatMap((map): readonly Node[] => [
    { operator: 'Transpose', inputs: [map], output: `${map} last`, attributes: { perm: [0, 2, 3, 1] } },
    { operator: 'Reshape', inputs: [`${map} last`, shape], output: `${map} rows`, attributes: {} },
  ])
  const inputs = maps.map((map) => `${map} rows`)
  const join: Node = { operator: 'Concat', inputs, output: name, attributes: { axis: 1 } }
  const output: Output = { name, value: name, shape: ['N', 'priors', columns] }
  // 0 keeps the batch.
  const values = BigInt64Array.of(0n, -1n, BigInt(columns))
  return { nodes: [...rows, join], output, constant: [shape, { values, shape: [3] }] as const }
}

/** 68 landmarks. Output `landmarks`: `[N, 136]`, x and y in turn, 0..1 of the input's side. */
function makeLandmarks(): Network {
  const source = readOnnx(readSource('landmarks'))
  const [last] = source.outputs
  const network = takeRgb(source, { channels: 'grey', mean: 0, scale: 1 / 256 }, [64, 64])
  return { ...cutTo(network, [{ name: 'landmarks', value: last?.value ?? '', shape: ['N', 136] }]), name: 'landmarks' }
}
