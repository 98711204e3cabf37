// @vladmandic/human as its documentation has it in Node with WebAssembly. Only what a comparison needs is on: the
// detector and the description. What it does for video is off, as the same pictures come again and again: a face must
// not be answered from the previous frame. TensorFlow.js runs one thread in Node, with SIMD where the processor has it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { decodeRgb } from './decode.mjs'

const require = createRequire(import.meta.url)
const FILE_URL = 'file://'

export async function open() {
  const tf = require('@tensorflow/tfjs-core')
  require('@tensorflow/tfjs-backend-wasm')
  // The package exports its builds for other backends under no path of their own.
  const dist = dirname(require.resolve('@vladmandic/human'))
  const { Human } = require(join(dist, 'human.node-wasm.js'))
  tf.io.registerLoadRouter((url) => (String(url).startsWith(FILE_URL) ? { load: () => loadModel(url) } : null))

  const off = { enabled: false }
  const human = new Human({
    backend: 'wasm',
    wasmPath: dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep,
    modelBasePath: pathToFileURL(join(dist, '..', 'models')).href,
    cacheSensitivity: 0,
    warmup: 'none',
    validateModels: false,
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    segmentation: off,
    face: {
      enabled: true,
      detector: { maxDetected: 1 },
      description: { enabled: true },
      mesh: off,
      iris: off,
      attention: off,
      emotion: off,
      antispoof: off,
      liveness: off,
    },
  })
  await human.load()
  if (tf.getBackend() !== 'wasm') throw new Error(`Expected the wasm backend but received ${tf.getBackend()}`)

  async function describe(jpeg) {
    const { data, shape } = await decodeRgb(jpeg)
    const tensor = tf.tensor3d(data, shape, 'int32')
    const { face } = await human.detect(tensor)
    tf.dispose(tensor)
    return face[0]?.embedding
  }

  return {
    async compare(a, b) {
      const [first, second] = [await describe(a), await describe(b)]
      return first && second && human.match.similarity(first, second)
    },
  }
}

/** TensorFlow.js has no reader of files without its native package; its loaders are the place to give it one. */
async function loadModel(url) {
  const file = fileURLToPath(url)
  const { weightsManifest, ...model } = JSON.parse(readFileSync(file, 'utf8'))
  const paths = weightsManifest.flatMap((group) => group.paths)
  const weights = Buffer.concat(paths.map((path) => readFileSync(join(dirname(file), path))))
  return {
    ...model,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  }
}
