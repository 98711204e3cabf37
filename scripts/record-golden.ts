// Records what the original libraries compute, for test/golden/*.json: tsx scripts/record-golden.ts <folder>
//
// The folder is one outside the project where these are installed (the project itself never needs them):
//   @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 @vladmandic/face-api@1.7.15 @vladmandic/human@3.3.6
// (the WebAssembly backend because face-api's Node build asks for it; everything runs on the plain CPU backend).
//
// face-api's networks run through face-api's own code. human's run through tfjs's graph executor with the normalisation
// that our converted networks build in: x / 127.5 - 1 for BlazeFace, BGR minus ImageNet's mean for FaceRes.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makePseudoImage, samplePositions } from '../test/golden/pseudo-image.js'

const folder = process.argv[2]
if (folder === undefined) throw new Error('Say where the original libraries are installed.')
const require = createRequire(join(resolve(folder), 'record.js'))
const goldenDir = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test', 'golden')

const SEEDS = [11, 12]
const SAMPLES = 256

interface Tensor {
  readonly shape: readonly number[]
  readonly dataId: object
  dataSync(): Float32Array
}

/** What is used of tfjs. */
interface Tfjs {
  tensor4d(values: Float32Array, shape: readonly number[]): Tensor
  concat(tensors: readonly Tensor[], axis: number): Tensor
  transpose(tensor: Tensor, order: readonly number[]): Tensor
  setBackend(name: string): Promise<boolean>
  loadGraphModel(handler: unknown): Promise<{ execute(input: Tensor, outputs: readonly string[]): readonly Tensor[] }>
  readonly io: { fromMemory(artifacts: unknown): unknown }
  getKernel(kernel: string, backend: string): Kernel
  unregisterKernel(kernel: string, backend: string): void
  registerKernel(kernel: Kernel): void
  backend(): { readSync(dataId: object): Float32Array }
}

interface Kernel {
  readonly kernelFunc: (...all: unknown[]) => Tensor
}

interface FaceApiNet {
  loadFromDisk(folder: string): Promise<void>
  forward(input: Tensor): Promise<Tensor>
}

interface FaceApi {
  readonly nets: { readonly faceLandmark68Net: FaceApiNet; readonly faceRecognitionNet: FaceApiNet }
}

const tf: Tfjs = require('@tensorflow/tfjs')
const faceApi: FaceApi = require('@vladmandic/face-api/dist/face-api.node-wasm.js')
await tf.setBackend('cpu')

/** The picture as tfjs wants it, channels last, each value through `normalise`. */
function makeInput(side: number, seed: number, normalise: (rgb: readonly number[]) => readonly number[]): Tensor {
  const planar = makePseudoImage(side, seed)
  const values = new Float32Array(planar.length)
  for (let i = 0; i < side * side; i++) {
    values.set(normalise([planar[i]!, planar[i + side * side]!, planar[i + 2 * side * side]!]), 3 * i)
  }
  return tf.tensor4d(values, [1, side, side, 3])
}

function summarise(values: Float32Array, shape: readonly number[]) {
  const positions = samplePositions(values.length, SAMPLES, values.length)
  return {
    shape,
    sum: values.reduce((sum, value) => sum + value, 0),
    samples: positions.map((position) => Number(values[position]!.toPrecision(9))),
  }
}

/** Channels last to planar, and no batch. */
function planarOutput(tensor: Tensor) {
  const planar = tf.transpose(tensor, [0, 3, 1, 2])
  return summarise(planar.dataSync(), planar.shape.slice(1))
}

function record(network: string, side: number, original: string, images: readonly Record<string, unknown>[]) {
  const golden = { network, original, side, images: images.map((outputs, index) => ({ seed: SEEDS[index], outputs })) }
  writeFileSync(join(goldenDir, `${network}.json`), `${JSON.stringify(golden)}\n`)
}

async function loadHuman(name: string) {
  const models = join(dirname(dirname(require.resolve('@vladmandic/human'))), 'models')
  const json = JSON.parse(readFileSync(join(models, `${name}.json`), 'utf8'))
  const bytes = readFileSync(join(models, `${name}.bin`))
  return tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0].weights,
      weightData: new Uint8Array(bytes).buffer,
    }),
  )
}

async function recordDetector() {
  const model = await loadHuman('blazeface')
  const images = SEEDS.map((seed) => {
    const input = makeInput(256, seed, (rgb) => rgb.map((value) => value / 127.5 - 1))
    const [scores16, boxes16, scores32, boxes32] = model.execute(input, [
      'Identity',
      'Identity_2',
      'Identity_1',
      'Identity_3',
    ])
    const raw = tf.concat([tf.concat([scores16!, boxes16!], 2), tf.concat([scores32!, boxes32!], 2)], 1)
    return { raw: summarise(raw.dataSync(), raw.shape.slice(1)) }
  })
  record('detector', 256, '@vladmandic/human 3.3.6 blazeface', images)
}

async function recordFaceRes() {
  const model = await loadHuman('faceres')
  const images = SEEDS.map((seed) => {
    const input = makeInput(224, seed, ([r = 0, g = 0, b = 0]) => [b - 103.939, g - 116.779, r - 123.68])
    const [embedding, features] = model.execute(input, ['global_pooling/Mean', 'conv_pw_11_relu/clip_by_value'])
    return { embedding: summarise(embedding!.dataSync(), [1024]), features: planarOutput(features!) }
  })
  record('faceres', 224, '@vladmandic/human 3.3.6 faceres', images)
}

async function recordLandmarks(models: string) {
  const net = faceApi.nets.faceLandmark68Net
  await net.loadFromDisk(models)
  const images: Record<string, unknown>[] = []
  for (const seed of SEEDS) {
    const landmarks = await net.forward(makeInput(112, seed, (rgb) => rgb))
    images.push({ landmarks: summarise(landmarks.dataSync(), [136]) })
  }
  record('landmarks', 112, '@vladmandic/face-api 1.7.15 face_landmark_68_model', images)
}

async function recordResnet(models: string) {
  const net = faceApi.nets.faceRecognitionNet
  await net.loadFromDisk(models)
  const rectified = watchRelu()
  const images: Record<string, unknown>[] = []
  for (const seed of SEEDS) {
    rectified.length = 0
    const embedding = await net.forward(makeInput(150, seed, (rgb) => rgb))
    // The last map of this size is the output of the block conv128_2.
    const features = rectified.findLast(({ shape }) => shape.join() === '1,8,8,128')!
    images.push({
      embedding: summarise(embedding.dataSync(), [128]),
      features: planarOutput(tf.tensor4d(features.values, features.shape)),
    })
  }
  record('resnet', 150, '@vladmandic/face-api 1.7.15 face_recognition_model', images)
}

/** Collects the output of every rectification from now on, since the library returns its last layer only. */
function watchRelu() {
  const seen: { readonly shape: readonly number[]; readonly values: Float32Array }[] = []
  const kernel = tf.getKernel('Relu', 'cpu')
  tf.unregisterKernel('Relu', 'cpu')
  tf.registerKernel({
    ...kernel,
    kernelFunc: (...all) => {
      const output = kernel.kernelFunc(...all)
      seen.push({ shape: output.shape, values: Float32Array.from(tf.backend().readSync(output.dataId)) })
      return output
    },
  })
  return seen
}

const faceApiModels = join(dirname(dirname(require.resolve('@vladmandic/face-api'))), 'model')
await recordDetector()
await recordFaceRes()
await recordLandmarks(faceApiModels)
await recordResnet(faceApiModels)
