import { readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { AppearanceFit } from '../pipeline/appearance.js'
import { encodePartsMeasure, parsePartsMeasure } from './fit-file.js'
import { type PackFolder, packError } from './folder.js'

/**
 * What a pack tells attributes of a face by. It stands apart from the calibration, because neither embeddings nor scores depend on
 * it: faces of before and after a change can be compared.
 */
export interface PackAppearance {
  /** The content (see `identifyContent`) that it was made with. */
  readonly pack: string
  readonly fit: AppearanceFit
}

const FORMAT = 1
const MEASURES = ['age', 'gender', 'expression', 'glasses'] as const satisfies readonly (keyof AppearanceFit)[]

/** Undefined where the manifest names no such file. Throws FaceCompareError INTERNAL with one sentence. */
export async function readAppearance({ name, folder, manifest }: PackFolder): Promise<PackAppearance | undefined> {
  const file = manifest.appearance
  if (file === undefined) return undefined
  try {
    const path = await realpath(join(folder, file))
    if (!path.startsWith(folder + sep)) throw new Error('Expected a file in the folder of the pack.')
    return parseAppearance(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw packError(name, `${file} is missing or holds no measures of what a face looks like`, cause)
  }
}

/** The text of a file; the inverse of reading. */
export function formatAppearance({ pack, fit }: PackAppearance): string {
  const measures = Object.fromEntries(MEASURES.map((name) => [name, encodePartsMeasure(fit[name])]))
  return `${JSON.stringify({ format: FORMAT, pack, ...measures }, null, 1)}\n`
}

function parseAppearance(json: unknown): PackAppearance {
  if (typeof json !== 'object' || json === null) throw new Error('Expected an object')
  const root: Readonly<Record<string, unknown>> = { ...json }
  if (root.format !== FORMAT || typeof root.pack !== 'string') throw new Error('Expected measures of faces')
  const read = (name: keyof AppearanceFit) => parsePartsMeasure(root[name])
  const fit = { age: read('age'), gender: read('gender'), expression: read('expression'), glasses: read('glasses') }
  return { pack: root.pack, fit }
}
