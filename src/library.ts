import { DEFAULT_MAX_PIXELS } from './defaults.js'
import type { Face, FacesInPicture, FindOptions, Template } from './engine/engine.js'
import { faceFromBytes } from './engine/face-codec.js'
import { createEngine } from './engine/local-engine.js'
import { type CheckedComparison, type CompareOptions, compareChecked } from './engine/require-quality.js'

/** All of it may be left out. */
export interface FaceEngineOptions {
  /** Pictures with more pixels (width x height) are refused before they are decoded; 40 million when absent. */
  readonly maxPixels?: number
  /** A folder with a model pack of your own (docs/packs.md); the default pack when absent. */
  readonly modelPack?: string
  /** Threads of one network run, 1 or more; 1 when absent. */
  readonly threads?: number
  /** Told of what the caller may want to know, such as a calibration that ends early, in one sentence. */
  readonly onWarning?: (sentence: string) => void
}

/** A face of `analyze`, or a template and the quality of one of `findFaces`. */
export type Comparable = Template & Pick<Face, 'quality'>

/** Compares faces in this process. It holds native memory until it is closed. */
export interface LocalFaceEngine {
  /** Stands for everything that embeddings and scores depend on: faces of engines with different ids cannot be compared. */
  readonly packId: string
  /**
   * Decodes one picture (JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP bytes), finds its most prominent face and embeds it. Takes the
   * thread while a network runs. Rejects with a `FaceCompareError` whose `kind` is IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED,
   * IMAGE_UNDECODABLE, FACE_NOT_DETECTED or EMBEDDING_FAILED (INTERNAL once the engine is being closed) and whose `message` is a sentence for a person; with TypeError for
   * what is no bytes.
   */
  readonly analyze: (picture: Uint8Array) => Promise<Face>
  /**
   * Like `analyze`, but of all faces of a picture (at most 100, the largest), the most prominent one first, then from large to small,
   * with what is asked for: attributes (estimates of age, gender, expression, glasses; how the head is turned) and templates, which
   * `compare` needs. Rejects as `analyze` does, and with AGE_FAILED, GENDER_FAILED, EXPRESSION_FAILED, GLASSES_FAILED or POSE_FAILED.
   */
  readonly findFaces: (picture: Uint8Array, options?: Partial<FindOptions>) => Promise<FacesInPicture>
  /** The quality below which `compare` refuses a face unless told, 0 to 100; 0 where the pack has no measure of it. */
  readonly leastQuality: number
  /**
   * Compares two faces: symmetric but for which of two failures is told, and in microseconds. Throws `QualityTooLowError` (of A
   * before B) for a face that is shown too poorly for the score to keep its promise, which `minQuality: 0` switches off, and
   * RangeError for faces of different packs and for a `minQuality` that is no number from 0 to 100.
   */
  readonly compare: (a: Comparable, b: Comparable, options?: CompareOptions) => CheckedComparison
  /**
   * Reads a face that `faceToBytes` wrote. Throws RangeError for a face of another model pack, which cannot be compared with
   * those of this one (the picture is analysed anew), and TypeError for what is no stored face.
   */
  readonly faceFromBytes: (bytes: Uint8Array) => Face
  /** Waits for the pictures that are under way and frees the models. `analyze` and `findFaces` reject from here on, with INTERNAL. */
  readonly close: () => Promise<void>
}

/**
 * Loads the models, which takes about a third of a second. Rejects with TypeError for options that there are not or that are of
 * the wrong type, with RangeError for numbers that cannot be right, and with a `FaceCompareError` INTERNAL with one sentence when a model pack cannot be used.
 *
 * ```ts
 * const engine = await createFaceEngine()
 * const a = await engine.analyze(await readFile('a.jpg'))
 * const b = await engine.analyze(await readFile('b.jpg'))
 * console.log(engine.compare(a, b).similarity)
 * await engine.close()
 * ```
 */
export async function createFaceEngine(options: FaceEngineOptions = {}): Promise<LocalFaceEngine> {
  requireOptions(options, OPTION_TYPES)
  const { maxPixels = DEFAULT_MAX_PIXELS, threads = 1 } = options
  requirePositive('maxPixels', maxPixels)
  requirePositive('threads', threads)
  const { modelPack, onWarning } = options
  const warning = onWarning ? { onWarning } : {}
  const engine = await createEngine({ maxPixels, modelPack, intraOpThreads: threads, ...warning })
  const packId = engine.numbers.id
  return {
    packId,
    async analyze(picture) {
      requireBytes(picture)
      return engine.analyze(picture)
    },
    async findFaces(picture, options = {}) {
      requireBytes(picture)
      requireOptions(options, FIND_OPTION_TYPES)
      const { which = 'all', attributes = false, templates = false } = options
      if (which !== 'all' && which !== 'largest') {
        throw new RangeError(`Expected which to be all or largest but received ${String(which)}.`)
      }
      return engine.findFaces(picture, { which, attributes, templates })
    },
    leastQuality: engine.leastQuality,
    compare(a, b, options = {}) {
      requireOptions(options, COMPARE_OPTION_TYPES)
      for (const face of [a, b]) requireOwn(face, packId)
      requireScore('minQuality', options.minQuality ?? 0)
      return compareChecked(engine, a, b, options)
    },
    faceFromBytes(bytes) {
      const face = bytes instanceof Uint8Array ? faceFromBytes(bytes) : undefined
      if (!face) throw new TypeError('Expected the bytes of a face as faceToBytes writes them.')
      requireOwn(face, packId)
      return face
    },
    close: engine.close,
  }
}

const OPTION_TYPES: Readonly<Record<keyof FaceEngineOptions, string>> = {
  maxPixels: 'number',
  modelPack: 'string',
  threads: 'number',
  onWarning: 'function',
}
const FIND_OPTION_TYPES: Readonly<Record<keyof FindOptions, string>> = {
  which: 'string',
  attributes: 'boolean',
  templates: 'boolean',
}
const COMPARE_OPTION_TYPES: Readonly<Record<keyof CompareOptions, string>> = { minQuality: 'number' }

/** What JavaScript hands over may be anything. An option that is undefined is one that is left out. */
function requireOptions(options: unknown, types: Readonly<Record<string, string>>): void {
  const names = Object.keys(types).join(', ')
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Expected an object with options (${names}) but received ${describe(options)}.`)
  }
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    if (type === undefined) throw new TypeError(`There is no option ${JSON.stringify(name)}; expected ${names}.`)
    if (value === undefined || typeof value === type) continue
    throw new TypeError(`Expected ${name} to be a ${type} but received ${describe(value)}.`)
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100))
  return value === null ? 'null' : typeof value
}

function requireOwn(face: Template, packId: string): void {
  if (face.packId === packId) return
  throw new RangeError(
    `The face was made by another model pack (${face.packId}) than that of this engine (${packId}): analyse its picture anew.`,
  )
}

function requireBytes(picture: unknown): asserts picture is Uint8Array {
  if (!(picture instanceof Uint8Array)) throw new TypeError(describeMistake(picture))
}

function requirePositive(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new RangeError(`Expected ${name} to be a whole number from 1 on but received ${value}.`)
}

function requireScore(name: string, value: number): void {
  if (value >= 0 && value <= 100) return
  throw new RangeError(`Expected ${name} to be a number from 0 to 100 but received ${value}.`)
}

function describeMistake(picture: unknown): string {
  const advice = typeof picture === 'string' ? ' The bytes of a file are read first: await readFile(path).' : ''
  return `Expected the bytes of a picture (Uint8Array) but received ${picture === null ? 'null' : typeof picture}.${advice}`
}
