import type { Alignment, PartMap, View } from '../pipeline/embed.js'
import type { DetectorEntry, EmbedderEntry, LandmarksEntry, PackFile, PackManifest } from './entries.js'

const MOST_EMBEDDERS = 8
const MOST_VIEWS = 16
const MOST_PART_MAPS = 4
/** The largest stride of all kinds of detectors. */
const DETECTOR_SIZE_STEP = 32

const PLAIN_VIEW: View = { scale: 1, degrees: 0, mirrored: false }

/** Reads a manifest strictly. Throws an Error whose message goes on after "The model pack ...: ". */
export function parseManifest(json: unknown): PackManifest {
  const root = fieldsOf(json, 'pack.json', [
    'format',
    'name',
    'description',
    'licence',
    'detector',
    'landmarks',
    'alignment',
    'embedders',
    'fusion',
    'calibration',
    'appearance',
  ])
  if (root.format !== 1) throw new Error('format in pack.json must be 1')
  const name = textOf(root.name, 'name', /^[a-z\d][\w.-]{0,63}$/i, 'letters, digits, dots, dashes and underscores')
  const licence = textOf(root.licence, 'licence')
  if (root.description !== undefined) textOf(root.description, 'description')
  const entries = listOf(root.embedders, 'embedders', MOST_EMBEDDERS)
  return {
    name,
    licence,
    detector: parseDetector(root.detector, licence),
    landmarks: parseLandmarks(root.landmarks, licence),
    alignment: parseAlignment(root.alignment, 'alignment'),
    embedders: entries.map((entry, i) => parseEmbedder(entry, `embedders[${i}]`, licence)),
    weights: parseWeights(root.fusion, entries.length),
    calibration: root.calibration === undefined ? 'calibration.json' : pathOf(root.calibration, 'calibration'),
    appearance: root.appearance === undefined ? undefined : pathOf(root.appearance, 'appearance'),
  }
}

function parseDetector(value: unknown, licence: string): DetectorEntry {
  const at = 'detector'
  const { kind } = recordOf(value, at)
  if (kind === 'default') {
    fieldsOf(value, at, ['kind'])
    return { kind }
  }
  if (kind !== 'rfb' && kind !== 'yunet' && kind !== 'scrfd') {
    throw new Error(`${at}.kind must be default, rfb, yunet or scrfd`)
  }
  const fields = fieldsOf(value, at, ['kind', ...FILE_KEYS, 'inputSize', 'minScore'])
  const { inputSize, minScore } = fields
  if (inputSize !== undefined) {
    const size = numberOf(inputSize, `${at}.inputSize`)
    if (!isWhole(size, DETECTOR_SIZE_STEP, 4096) || size % DETECTOR_SIZE_STEP !== 0) {
      throw new Error(`${at}.inputSize must be a multiple of ${DETECTOR_SIZE_STEP} up to 4096`)
    }
  }
  if (minScore !== undefined && !(numberOf(minScore, `${at}.minScore`) > 0 && Number(minScore) < 1)) {
    throw new Error(`${at}.minScore must lie between 0 and 1`)
  }
  return {
    kind,
    ...parseFile(fields, at, licence),
    inputSize: inputSize === undefined ? undefined : Number(inputSize),
    minScore: minScore === undefined ? undefined : Number(minScore),
  }
}

function parseLandmarks(value: unknown, licence: string): LandmarksEntry {
  const at = 'landmarks'
  if (value === undefined) return { kind: 'default' }
  const { kind } = recordOf(value, at)
  if (kind === 'default') {
    fieldsOf(value, at, ['kind'])
    return { kind }
  }
  if (kind !== '68-points') throw new Error(`${at}.kind must be default or 68-points`)
  const fields = fieldsOf(value, at, ['kind', ...FILE_KEYS, ...INPUT_KEYS, 'cropSide'])
  const cropSide = numberOf(fields.cropSide, `${at}.cropSide`)
  if (!(cropSide >= 0.5 && cropSide <= 3)) throw new Error(`${at}.cropSide must be from 0.5 to 3`)
  return { kind, ...parseFile(fields, at, licence), ...parseInput(fields, at), cropSide }
}

function parseAlignment(value: unknown, at: string): Alignment {
  const { template } = recordOf(value, at)
  if (template === 'arcface-112') {
    fieldsOf(value, at, ['template'])
    return { template }
  }
  if (template !== 'dlib-68') throw new Error(`${at}.template must be arcface-112 or dlib-68`)
  const fields = fieldsOf(value, at, ['template', 'padding'])
  const padding = numberOf(fields.padding, `${at}.padding`)
  if (!(padding >= 0 && padding <= 2)) throw new Error(`${at}.padding must be from 0 to 2`)
  return { template, padding }
}

function parseEmbedder(value: unknown, at: string, licence: string): EmbedderEntry {
  const { kind } = recordOf(value, at)
  if (kind === 'default') {
    fieldsOf(value, at, ['kind'])
    return { kind }
  }
  if (kind !== 'onnx') throw new Error(`${at}.kind must be onnx or default`)
  const own = ['mirrored', 'views', 'alignment', 'parts'] as const
  const fields = fieldsOf(value, at, ['kind', ...FILE_KEYS, ...INPUT_KEYS, ...own])
  return {
    kind,
    ...parseFile(fields, at, licence),
    ...parseInput(fields, at),
    alignment: fields.alignment === undefined ? undefined : parseAlignment(fields.alignment, `${at}.alignment`),
    views: parseViews(fields, at),
    parts: parseParts(fields.parts, `${at}.parts`),
  }
}

const INPUT_KEYS = ['layout', 'size', 'channels', 'mean', 'scale', 'input', 'output'] as const

/** How a network is fed, and the names of its input and output. */
function parseInput(fields: Fields, at: string) {
  const { layout, channels, input, output } = fields
  if (layout !== 'NCHW' && layout !== 'NHWC') throw new Error(`${at}.layout must be NCHW or NHWC`)
  if (channels !== 'rgb' && channels !== 'bgr') throw new Error(`${at}.channels must be rgb or bgr`)
  const size = numberOf(fields.size, `${at}.size`)
  if (!isWhole(size, 16, 1024)) throw new Error(`${at}.size must be a whole number from 16 to 1024`)
  const scale = threeOf(fields.scale, `${at}.scale`)
  if (scale.includes(0)) throw new Error(`${at}.scale must not have a 0`)
  return {
    inputForm: { layout, size, channels, mean: threeOf(fields.mean, `${at}.mean`), scale },
    input: input === undefined ? undefined : textOf(input, `${at}.input`),
    output: output === undefined ? undefined : textOf(output, `${at}.output`),
  } as const
}

/** `mirrored` is short for one view. */
function parseViews({ mirrored, views }: Fields, at: string): readonly View[] {
  if (views === undefined) return [{ ...PLAIN_VIEW, mirrored: flagOf(mirrored, `${at}.mirrored`) }]
  if (mirrored !== undefined) throw new Error(`${at} has both mirrored and views; say it in the views`)
  const list = listOf(views, `${at}.views`, MOST_VIEWS).map((item, i): View => {
    const where = `${at}.views[${i}]`
    const view = fieldsOf(item, where, ['scale', 'degrees', 'mirrored'])
    const scale = view.scale === undefined ? 1 : numberOf(view.scale, `${where}.scale`)
    const degrees = view.degrees === undefined ? 0 : numberOf(view.degrees, `${where}.degrees`)
    if (!(scale >= 0.5 && scale <= 2)) throw new Error(`${where}.scale must be from 0.5 to 2`)
    if (!(Math.abs(degrees) <= 45)) throw new Error(`${where}.degrees must be from -45 to 45`)
    return { scale, degrees, mirrored: flagOf(view.mirrored, `${where}.mirrored`) }
  })
  const [first] = list
  if (first?.scale !== 1 || first.degrees !== 0)
    throw new Error(`${at}.views must begin with the aligned face as it is`)
  return list
}

function parseParts(value: unknown, at: string): readonly PartMap[] {
  if (value === undefined) return []
  const maps = listOf(value, at, MOST_PART_MAPS).map((item, i) => {
    const where = `${at}[${i}]`
    const fields = fieldsOf(item, where, ['output', 'origin', 'stride', 'weight'])
    const read = (name: string, fallback: number) =>
      fields[name] === undefined ? fallback : numberOf(fields[name], `${where}.${name}`)
    const [origin, stride, weight] = [read('origin', 0), numberOf(fields.stride, `${where}.stride`), read('weight', 1)]
    if (!(stride > 0)) throw new Error(`${where}.stride must be positive`)
    if (!(weight > 0)) throw new Error(`${where}.weight must be positive`)
    return { output: textOf(fields.output, `${where}.output`), origin, stride, weight }
  })
  const sum = maps.reduce((total, { weight }) => total + weight, 0)
  return maps.map((map) => ({ ...map, weight: map.weight / sum }))
}

function parseWeights(value: unknown, count: number): readonly number[] {
  if (value === undefined) {
    if (count > 1) throw new Error('fusion.weights is missing: several embedders need a weight each')
    return [1]
  }
  const { weights } = fieldsOf(value, 'fusion', ['weights'])
  if (!Array.isArray(weights) || weights.length !== count) {
    throw new Error(`fusion.weights must be a list of ${count}: one number for each embedder`)
  }
  const numbers = weights.map((weight: unknown, i) => numberOf(weight, `fusion.weights[${i}]`))
  if (numbers.some((weight) => weight <= 0)) throw new Error('fusion.weights must be positive')
  const sum = numbers.reduce((total, weight) => total + weight, 0)
  return numbers.map((weight) => weight / sum)
}

type Fields = Readonly<Record<string, unknown>>

const FILE_KEYS = ['file', 'sha256', 'licence'] as const

function parseFile(fields: Fields, at: string, licence: string): PackFile {
  return {
    file: pathOf(fields.file, `${at}.file`),
    sha256: textOf(fields.sha256, `${at}.sha256`, /^[\da-f]{64}$/i, '64 hex digits').toLowerCase(),
    licence: fields.licence === undefined ? licence : textOf(fields.licence, `${at}.licence`),
  }
}

/** A path below the pack's folder. Links are looked after where the file is opened. */
function pathOf(value: unknown, at: string): string {
  const path = textOf(value, at)
  const outside = path.split('/').some((part) => part === '' || part === '.' || part === '..')
  if (outside || /[\\:\0]/.test(path)) throw new Error(`${at} must be the path of a file inside the pack's folder`)
  return path
}

function recordOf(value: unknown, at: string): Fields {
  if (value === undefined) throw new Error(`${at} is missing`)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${at} must be an object`)
  return { ...value }
}

/** An object that has no other keys than these: a misspelt one would be without effect, and nobody would know. */
function fieldsOf(value: unknown, at: string, known: readonly string[]): Fields {
  const fields = recordOf(value, at)
  const unknown = Object.keys(fields).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new Error(`${at} has an unknown key ${JSON.stringify(unknown)}`)
  return fields
}

function textOf(value: unknown, at: string, pattern?: RegExp, expected?: string): string {
  if (value === undefined) throw new Error(`${at} is missing`)
  if (typeof value !== 'string' || value.trim() === '') throw new Error(`${at} must be a text`)
  if (pattern && !pattern.test(value)) throw new Error(`${at} must be ${expected}`)
  return value
}

function numberOf(value: unknown, at: string): number {
  if (value === undefined) throw new Error(`${at} is missing`)
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${at} must be a number`)
  return value
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

function threeOf(value: unknown, at: string): readonly number[] {
  if (value === undefined) throw new Error(`${at} is missing`)
  if (!Array.isArray(value) || value.length !== 3) throw new Error(`${at} must be three numbers, one a channel`)
  return value.map((item: unknown) => numberOf(item, at))
}

function flagOf(value: unknown, at: string): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw new Error(`${at} must be true or false`)
  return value
}

function listOf(value: unknown, at: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > most) {
    throw new Error(`${at} must be a list of 1 to ${most}`)
  }
  return value
}
