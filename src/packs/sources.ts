import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { FaceCompareError } from '../errors.js'

/** A network's two files inside an npm package, pinned by content. */
export interface Source {
  readonly package: '@vladmandic/human' | '@vladmandic/face-api'
  readonly version: string
  /** Of the weights; the whole story stands in NOTICE. */
  readonly licence: string
  /** JSON: the topology, or the list of weights. */
  readonly description: PinnedFile
  readonly weights: PinnedFile
}

interface PinnedFile {
  /** Path inside the package. */
  readonly path: string
  readonly sha256: string
}

const HUMAN = { package: '@vladmandic/human', version: '3.3.6' } as const
const FACE_API = { package: '@vladmandic/face-api', version: '1.7.15' } as const

export const BLAZEFACE: Source = {
  ...HUMAN,
  licence: 'Apache-2.0',
  description: {
    path: 'models/blazeface.json',
    sha256: 'cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f',
  },
  weights: {
    path: 'models/blazeface.bin',
    sha256: 'dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72',
  },
}

export const FACERES: Source = {
  ...HUMAN,
  licence: 'Apache-2.0',
  description: {
    path: 'models/faceres.json',
    sha256: '5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df',
  },
  weights: {
    path: 'models/faceres.bin',
    sha256: '2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b',
  },
}

export const LANDMARK68: Source = {
  ...FACE_API,
  licence: 'MIT',
  description: {
    path: 'model/face_landmark_68_model-weights_manifest.json',
    sha256: 'ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9',
  },
  weights: {
    path: 'model/face_landmark_68_model.bin',
    sha256: '4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b',
  },
}

export const DLIB_RESNET: Source = {
  ...FACE_API,
  licence: 'CC0-1.0',
  description: {
    path: 'model/face_recognition_model-weights_manifest.json',
    sha256: 'cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b',
  },
  weights: {
    path: 'model/face_recognition_model.bin',
    sha256: 'b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589',
  },
}

/** Reads both files and holds them to their pins. */
export async function readSource(
  source: Source,
): Promise<{ readonly description: unknown; readonly weights: Uint8Array }> {
  const root = findPackage(source.package)
  const [description, weights] = await Promise.all([
    readPinned(source, root, source.description),
    readPinned(source, root, source.weights),
  ])
  return { description: JSON.parse(description.toString('utf8')), weights }
}

async function readPinned(source: Source, root: string, file: PinnedFile): Promise<Buffer> {
  const bytes = await readFile(join(root, file.path)).catch((cause: unknown) => {
    throw new FaceCompareError('INTERNAL', `The package ${source.package} has no readable file ${file.path}.`, {
      cause,
    })
  })
  if (createHash('sha256').update(bytes).digest('hex') !== file.sha256) {
    throw new FaceCompareError(
      'INTERNAL',
      `The file ${file.path} of ${source.package} is not the expected one; install version ${source.version} unchanged.`,
    )
  }
  return bytes
}

/** The package's folder, found as Node finds modules from this file on. Its code is not loaded. */
function findPackage(name: Source['package']): string {
  let folder: string
  try {
    folder = dirname(createRequire(import.meta.url).resolve(name))
  } catch (cause) {
    throw new FaceCompareError('INTERNAL', `The package ${name} is not installed.`, { cause })
  }
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new FaceCompareError('INTERNAL', `The package ${name} is incomplete.`)
    folder = parent
  }
  return folder
}
