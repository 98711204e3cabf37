import type { EmbedderInput } from '../pipeline/embedder.js'
import type { Alignment } from '../pipeline/manifest-pipeline.js'

/** A file of a pack and what its content must hash to. */
export interface PackFile {
  /** Path below the pack's folder, with `/` between. */
  readonly file: string
  /** Hex. */
  readonly sha256: string
  readonly licence: string
}

export type DetectorEntry =
  | { readonly kind: 'default' }
  | (PackFile & {
      readonly kind: 'yunet' | 'scrfd'
      /** Side in pixels; needed only where the file leaves it open and another than {@link DEFAULT_DETECTOR_SIZE} is wanted. */
      readonly inputSize: number | undefined
      readonly minScore: number | undefined
    })

export type EmbedderEntry =
  | { readonly kind: 'default' }
  | (PackFile & {
      readonly kind: 'onnx'
      readonly inputShape: EmbedderInput
      readonly input: string | undefined
      readonly output: string | undefined
      /** Whether the mirror image is embedded as well. */
      readonly mirrored: boolean
    })

/** What `pack.json` says. */
export interface PackManifest {
  readonly name: string
  readonly licence: string
  readonly detector: DetectorEntry
  readonly alignment: Alignment
  readonly embedders: readonly EmbedderEntry[]
  /** One for each embedder; they sum to 1. */
  readonly weights: readonly number[]
  /** The file of the calibration, below the pack's folder. */
  readonly calibration: string
}

/** For detectors that take any size, as both are published. */
export const DEFAULT_DETECTOR_SIZE = 640
/** The largest stride of both kinds of detectors. */
export const DETECTOR_SIZE_STEP = 32

const MOST_EMBEDDERS = 8

/** Reads a manifest strictly. Throws an Error whose message goes on after "The model pack ...: ". */
export function parseManifest(json: unknown): PackManifest {
  const root = fieldsOf(json, 'pack.json', [
    'format',
    'name',
    'description',
    'licence',
    'detector',
    'alignment',
    'embedders',
    'fusion',
    'calibration',
  ])
  if (root.format !== 1) throw new Error('format in pack.json must be 1')
  const name = textOf(root.name, 'name', /^[a-z\d][\w.-]{0,63}$/i, 'letters, digits, dots, dashes and underscores')
  const licence = textOf(root.licence, 'licence')
  if (root.description !== undefined) textOf(root.description, 'description')
  const entries = root.embedders
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_EMBEDDERS) {
    throw new Error(`embedders must be a list of 1 to ${MOST_EMBEDDERS}`)
  }
  return {
    name,
    licence,
    detector: parseDetector(root.detector, licence),
    alignment: parseAlignment(root.alignment),
    embedders: entries.map((entry: unknown, i) => parseEmbedder(entry, `embedders[${i}]`, licence)),
    weights: parseWeights(root.fusion, entries.length),
    calibration: root.calibration === undefined ? 'calibration.json' : pathOf(root.calibration, 'calibration'),
  }
}

function parseDetector(value: unknown, licence: string): DetectorEntry {
  const at = 'detector'
  const { kind } = recordOf(value, at)
  if (kind === 'default') {
    fieldsOf(value, at, ['kind'])
    return { kind }
  }
  if (kind !== 'yunet' && kind !== 'scrfd') throw new Error(`${at}.kind must be default, yunet or scrfd`)
  const fields = fieldsOf(value, at, ['kind', 'file', 'sha256', 'licence', 'inputSize', 'minScore'])
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

function parseAlignment(value: unknown): Alignment {
  const { template } = recordOf(value, 'alignment')
  if (template === 'arcface-112') {
    fieldsOf(value, 'alignment', ['template'])
    return { template }
  }
  if (template !== 'dlib-68') throw new Error('alignment.template must be arcface-112 or dlib-68')
  const fields = fieldsOf(value, 'alignment', ['template', 'padding'])
  const padding = numberOf(fields.padding, 'alignment.padding')
  if (!(padding >= 0 && padding <= 2)) throw new Error('alignment.padding must be from 0 to 2')
  return { template, padding }
}

function parseEmbedder(value: unknown, at: string, licence: string): EmbedderEntry {
  const { kind } = recordOf(value, at)
  if (kind === 'default') {
    fieldsOf(value, at, ['kind'])
    return { kind }
  }
  if (kind !== 'onnx') throw new Error(`${at}.kind must be onnx or default`)
  const names = ['kind', 'file', 'sha256', 'licence', 'layout', 'size', 'channels', 'mean', 'scale'] as const
  const fields = fieldsOf(value, at, [...names, 'input', 'output', 'mirrored'])
  const { layout, channels, mirrored = false } = fields
  if (layout !== 'NCHW' && layout !== 'NHWC') throw new Error(`${at}.layout must be NCHW or NHWC`)
  if (channels !== 'rgb' && channels !== 'bgr') throw new Error(`${at}.channels must be rgb or bgr`)
  if (typeof mirrored !== 'boolean') throw new Error(`${at}.mirrored must be true or false`)
  const size = numberOf(fields.size, `${at}.size`)
  if (!isWhole(size, 16, 1024)) throw new Error(`${at}.size must be a whole number from 16 to 1024`)
  const scale = threeOf(fields.scale, `${at}.scale`)
  if (scale.includes(0)) throw new Error(`${at}.scale must not have a 0`)
  return {
    kind,
    ...parseFile(fields, at, licence),
    inputShape: { layout, size, channels, mean: threeOf(fields.mean, `${at}.mean`), scale },
    input: fields.input === undefined ? undefined : textOf(fields.input, `${at}.input`),
    output: fields.output === undefined ? undefined : textOf(fields.output, `${at}.output`),
    mirrored,
  }
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
