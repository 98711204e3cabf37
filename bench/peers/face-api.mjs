// @vladmandic/face-api as its examples for Node with WebAssembly have it: the default detector (SSD MobileNet v1, with
// the examples' least score and one face), 68 landmarks, and the descriptor. TensorFlow.js runs one thread in Node, with
// SIMD where the processor has it.
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { decodeRgb } from './decode.mjs'

const require = createRequire(import.meta.url)

export async function open() {
  const tf = require('@tensorflow/tfjs')
  const wasm = require('@tensorflow/tfjs-backend-wasm')
  const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js')
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep)
  tf.enableProdMode()
  await tf.setBackend('wasm')
  await tf.ready()
  if (tf.getBackend() !== 'wasm') throw new Error(`Expected the wasm backend but received ${tf.getBackend()}`)
  const models = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model')
  for (const net of ['ssdMobilenetv1', 'faceLandmark68Net', 'faceRecognitionNet']) {
    await faceapi.nets[net].loadFromDisk(models)
  }
  const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.1, maxResults: 1 })

  async function describe(jpeg) {
    const { data, shape } = await decodeRgb(jpeg)
    const tensor = tf.tensor3d(data, shape, 'int32')
    const face = await faceapi.detectSingleFace(tensor, options).withFaceLandmarks().withFaceDescriptor()
    tf.dispose(tensor)
    return face?.descriptor
  }

  return {
    async compare(a, b) {
      const [first, second] = [await describe(a), await describe(b)]
      return first && second && 1 - faceapi.euclideanDistance(first, second)
    },
  }
}
