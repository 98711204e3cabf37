import { describe, expect, it } from 'vitest'
import { parseManifest } from '../../src/packs/manifest.js'
import { embedderEntry, goodManifest, landmarksEntry, sha256, yunetFile } from '../support/model-packs.js'

const good = goodManifest()
const [embedder] = good.embedders
const detector = good.detector
const landmarks = landmarksEntry('landmarks.onnx', yunetFile())
const withEmbedder = (changes: object) => ({ ...good, embedders: [{ ...embedder, ...changes }] })
const withLandmarks = (changes: object) => ({ ...good, landmarks: { ...landmarks, ...changes } })

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
      'detector.kind must be default, rfb, yunet or scrfd',
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
    ['with a detector that is a text', { ...good, detector: 'default' }, 'detector must be an object'],
    ['with unknown landmarks', withLandmarks({ kind: '5-points' }), 'landmarks.kind must be default or 68-points'],
    [
      'with a file for the default landmarks',
      withLandmarks({ kind: 'default' }),
      'landmarks has an unknown key "file"',
    ],
    ['with a misspelt key of landmarks', withLandmarks({ crop: 1 }), 'landmarks has an unknown key "crop"'],
    ['with landmarks of no file', withLandmarks({ file: undefined }), 'landmarks.file is missing'],
    ['with landmarks of no size', withLandmarks({ size: undefined }), 'landmarks.size is missing'],
    ['with landmarks of an unknown layout', withLandmarks({ layout: 'CHW' }), 'landmarks.layout must be NCHW or NHWC'],
    ['with landmarks of no crop', withLandmarks({ cropSide: undefined }), 'landmarks.cropSide is missing'],
    ['with landmarks of a far crop', withLandmarks({ cropSide: 3.1 }), 'landmarks.cropSide must be from 0.5 to 3'],
    [
      'with an unknown template of an embedder',
      withEmbedder({ alignment: { template: 'arcface' } }),
      'embedders[0].alignment.template must be arcface-112 or dlib-68',
    ],
    [
      'with a wide padding of an embedder',
      withEmbedder({ alignment: { template: 'dlib-68', padding: 2.5 } }),
      'embedders[0].alignment.padding must be from 0 to 2',
    ],
    ['with no views', withEmbedder({ views: [] }), 'embedders[0].views must be a list of 1 to 16'],
    [
      'with more views than there may be',
      withEmbedder({ views: Array(17).fill({}) }),
      'embedders[0].views must be a list of 1 to 16',
    ],
    [
      'with views and a switch that is one',
      withEmbedder({ views: [{}], mirrored: true }),
      'embedders[0] has both mirrored and views; say it in the views',
    ],
    [
      'with views that begin with another',
      withEmbedder({ views: [{ scale: 1.1 }, {}] }),
      'embedders[0].views must begin with the aligned face as it is',
    ],
    [
      'with a view from afar',
      withEmbedder({ views: [{}, { scale: 3 }] }),
      'embedders[0].views[1].scale must be from 0.5 to 2',
    ],
    [
      'with a view that is turned over',
      withEmbedder({ views: [{}, { degrees: -90 }] }),
      'embedders[0].views[1].degrees must be from -45 to 45',
    ],
    [
      'with a text for a switch of a view',
      withEmbedder({ views: [{ mirrored: 1 }] }),
      'embedders[0].views[0].mirrored must be true or false',
    ],
    [
      'with a misspelt key of a view',
      withEmbedder({ views: [{ turn: 1 }] }),
      'embedders[0].views[0] has an unknown key "turn"',
    ],
    ['with no parts', withEmbedder({ parts: [] }), 'embedders[0].parts must be a list of 1 to 4'],
    ['with parts of no output', withEmbedder({ parts: [{ stride: 8 }] }), 'embedders[0].parts[0].output is missing'],
    ['with parts of no stride', withEmbedder({ parts: [{ output: 'a' }] }), 'embedders[0].parts[0].stride is missing'],
    [
      'with parts that go backwards',
      withEmbedder({ parts: [{ output: 'a', stride: -8 }] }),
      'embedders[0].parts[0].stride must be positive',
    ],
    [
      'with parts without a share',
      withEmbedder({ parts: [{ output: 'a', stride: 8, weight: 0 }] }),
      'embedders[0].parts[0].weight must be positive',
    ],
    [
      'with a text for the origin of parts',
      withEmbedder({ parts: [{ output: 'a', stride: 8, origin: '0' }] }),
      'embedders[0].parts[0].origin must be a number',
    ],
    [
      'with a misspelt key of parts',
      withEmbedder({ parts: [{ output: 'a', stride: 8, side: 7 }] }),
      'embedders[0].parts[0] has an unknown key "side"',
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
      landmarks: { kind: 'default' },
      embedders: [
        {
          kind: 'onnx',
          inputForm: { layout: 'NCHW', size: 112, channels: 'rgb' },
          input: undefined,
          output: undefined,
          alignment: undefined,
          views: [{ scale: 1, degrees: 0, mirrored: false }],
          parts: [],
        },
      ],
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
      landmarks: { ...landmarksEntry('l.onnx', bytes), licence: 'BSD', output: 'points' },
      alignment: { template: 'dlib-68', padding: 0.25 },
      embedders: [
        {
          ...embedderEntry('c.onnx', bytes),
          licence: 'CC0-1.0',
          input: 'data',
          output: 'fc1',
          mirrored: true,
          alignment: { template: 'arcface-112' },
          parts: [
            { output: 'a', stride: 16, weight: 3 },
            { output: 'b', stride: 8, origin: -4 },
          ],
        },
        { ...embedderEntry('d.onnx', bytes), views: [{}, { scale: 1.2, degrees: -5, mirrored: true }] },
        { kind: 'default' },
      ],
      fusion: { weights: [2, 1, 1] },
      calibration: 'made/calibration.json',
    }
    expect(parseManifest(manifest)).toMatchObject({
      detector: { kind: 'scrfd', sha256: sha256(bytes), licence: 'MIT', inputSize: 320, minScore: 0.3 },
      alignment: { template: 'dlib-68', padding: 0.25 },
      embedders: [
        {
          licence: 'CC0-1.0',
          input: 'data',
          output: 'fc1',
          views: [{ scale: 1, degrees: 0, mirrored: true }],
          alignment: { template: 'arcface-112' },
          parts: [
            { output: 'a', origin: 0, stride: 16, weight: 0.75 },
            { output: 'b', origin: -4, stride: 8, weight: 0.25 },
          ],
        },
        {
          kind: 'onnx',
          views: [
            { scale: 1, degrees: 0, mirrored: false },
            { scale: 1.2, degrees: -5, mirrored: true },
          ],
        },
        { kind: 'default' },
      ],
      landmarks: { kind: '68-points', licence: 'BSD', cropSide: 1.2, inputForm: { size: 48 }, output: 'points' },
      weights: [0.5, 0.25, 0.25],
      calibration: 'made/calibration.json',
    })
  })
})
