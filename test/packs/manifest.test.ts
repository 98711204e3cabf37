import { describe, expect, it } from 'vitest'
import { parseManifest } from '../../src/packs/manifest.js'
import { embedderEntry, goodManifest, sha256, yunetFile } from '../support/model-packs.js'

const good = goodManifest()
const [embedder] = good.embedders
const detector = good.detector

describe('a manifest is refused', () => {
  it.each([
    ['that is a list', [], 'pack.json must be an object'],
    ['of another format', { ...good, format: 2 }, 'format in pack.json must be 1'],
    ['with a misspelt key', { ...good, detectors: {} }, 'pack.json has an unknown key "detectors"'],
    ['without a name', { ...good, name: undefined }, 'name is missing'],
    ['with a path for a name', { ...good, name: '../x' }, 'name must be letters, digits, dots, dashes and underscores'],
    ['without a licence', { ...good, licence: ' ' }, 'licence must be a text'],
    ['without a detector', { ...good, detector: undefined }, 'detector is missing'],
    [
      'with an unknown detector',
      { ...good, detector: { kind: 'mtcnn' } },
      'detector.kind must be default, yunet or scrfd',
    ],
    [
      'with a file for the default detector',
      { ...good, detector: { ...detector, kind: 'default' } },
      'detector has an unknown key "file"',
    ],
    [
      'with a detector of an odd size',
      { ...good, detector: { ...detector, inputSize: 100 } },
      'detector.inputSize must be a multiple of 32 up to 4096',
    ],
    [
      'with a detector that believes everything',
      { ...good, detector: { ...detector, minScore: 0 } },
      'detector.minScore must lie between 0 and 1',
    ],
    [
      'with an unknown template',
      { ...good, alignment: { template: 'arcface' } },
      'alignment.template must be arcface-112 or dlib-68',
    ],
    [
      'with a padding for five points',
      { ...good, alignment: { template: 'arcface-112', padding: 0.2 } },
      'alignment has an unknown key "padding"',
    ],
    ['without a padding for 68', { ...good, alignment: { template: 'dlib-68' } }, 'alignment.padding is missing'],
    ['without an embedder', { ...good, embedders: [] }, 'embedders must be a list of 1 to 8'],
    ['with an embedder that is a text', { ...good, embedders: ['arc.onnx'] }, 'embedders[0] must be an object'],
    [
      'with an unknown embedder',
      { ...good, embedders: [{ ...embedder, kind: 'tflite' }] },
      'embedders[0].kind must be onnx or default',
    ],
    [
      'with a misspelt key of an embedder',
      { ...good, embedders: [{ ...embedder, mirror: true }] },
      'embedders[0] has an unknown key "mirror"',
    ],
    [
      'with a short hash',
      { ...good, embedders: [{ ...embedder, sha256: 'abc' }] },
      'embedders[0].sha256 must be 64 hex digits',
    ],
    [
      'with an unknown layout',
      { ...good, embedders: [{ ...embedder, layout: 'nchw' }] },
      'embedders[0].layout must be NCHW or NHWC',
    ],
    [
      'with unknown channels',
      { ...good, embedders: [{ ...embedder, channels: 'grey' }] },
      'embedders[0].channels must be rgb or bgr',
    ],
    [
      'with half a pixel',
      { ...good, embedders: [{ ...embedder, size: 112.5 }] },
      'embedders[0].size must be a whole number from 16 to 1024',
    ],
    [
      'with one mean for all',
      { ...good, embedders: [{ ...embedder, mean: 127.5 }] },
      'embedders[0].mean must be three numbers, one a channel',
    ],
    [
      'with a scale of nothing',
      { ...good, embedders: [{ ...embedder, scale: [1, 0, 1] }] },
      'embedders[0].scale must not have a 0',
    ],
    [
      'with a text for a switch',
      { ...good, embedders: [{ ...embedder, mirrored: 'yes' }] },
      'embedders[0].mirrored must be true or false',
    ],
    [
      'of two embedders without weights',
      { ...good, embedders: [embedder, { kind: 'default' }] },
      'fusion.weights is missing: several embedders need a weight each',
    ],
    [
      'with a weight too many',
      { ...good, fusion: { weights: [1, 2] } },
      'fusion.weights must be a list of 1: one number for each embedder',
    ],
    ['with a weight of nothing', { ...good, fusion: { weights: [0] } }, 'fusion.weights must be positive'],
    [
      'with a calibration elsewhere',
      { ...good, calibration: '../calibration.json' },
      "calibration must be the path of a file inside the pack's folder",
    ],
  ])('%s', (_name, json, sentence) => {
    expect(() => parseManifest(JSON.parse(JSON.stringify(json)))).toThrow(new Error(sentence))
  })

  it.each([
    '/etc/passwd',
    '../arc.onnx',
    'a/../../arc.onnx',
    'a//arc.onnx',
    '../model/arc.onnx',
    'C:\\arc.onnx',
    'a\0',
  ])('with the file %j', (file) => {
    expect(() => parseManifest({ ...good, embedders: [{ ...embedder, file }] })).toThrow(
      "embedders[0].file must be the path of a file inside the pack's folder",
    )
  })
})

describe('a manifest', () => {
  it('is read with its defaults', () => {
    expect(parseManifest(good)).toMatchObject({
      name: 'tiny',
      detector: { kind: 'yunet', inputSize: undefined, minScore: undefined, licence: 'Apache-2.0' },
      alignment: { template: 'arcface-112' },
      embedders: [{ kind: 'onnx', mirrored: false, inputShape: { layout: 'NCHW', size: 112, channels: 'rgb' } }],
      weights: [1],
      calibration: 'calibration.json',
    })
  })

  it('is read with everything', () => {
    const bytes = yunetFile()
    const manifest = {
      ...good,
      description: 'All that there is.',
      detector: {
        kind: 'scrfd',
        file: 'a/b.onnx',
        sha256: sha256(bytes).toUpperCase(),
        licence: 'MIT',
        inputSize: 320,
        minScore: 0.3,
      },
      alignment: { template: 'dlib-68', padding: 0.25 },
      embedders: [
        { ...embedderEntry('c.onnx', bytes), licence: 'CC0-1.0', input: 'data', output: 'fc1', mirrored: true },
        { kind: 'default' },
      ],
      fusion: { weights: [3, 1] },
      calibration: 'made/calibration.json',
    }
    expect(parseManifest(manifest)).toMatchObject({
      detector: { kind: 'scrfd', sha256: sha256(bytes), licence: 'MIT', inputSize: 320, minScore: 0.3 },
      alignment: { template: 'dlib-68', padding: 0.25 },
      embedders: [{ licence: 'CC0-1.0', input: 'data', output: 'fc1', mirrored: true }, { kind: 'default' }],
      weights: [0.75, 0.25],
      calibration: 'made/calibration.json',
    })
  })
})
