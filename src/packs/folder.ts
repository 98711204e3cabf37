import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { FaceCompareError } from '../errors.js'
import type { PackFile, PackManifest } from './entries.js'
import { parseManifest } from './manifest.js'

/** A folder with a manifest that reads well; its files have not been looked at. */
export interface PackFolder {
  readonly name: string
  /** Absolute, links resolved. */
  readonly folder: string
  readonly manifest: PackManifest
}

const MANIFEST = 'pack.json'
/** A manifest is a page of text; what is larger is something else. */
const LARGEST_MANIFEST_BYTES = 1024 * 1024

/** What is wrong with a pack, as the one sentence that the operator reads. */
export function packError(name: string, what: string, cause?: unknown): FaceCompareError {
  return new FaceCompareError('INTERNAL', `The model pack ${name}: ${what}.`, { cause })
}

/** Reads the manifest of a folder. Throws FaceCompareError INTERNAL with one sentence. */
export async function openPackFolder(path: string): Promise<PackFolder> {
  const shownName = basename(resolve(path))
  const folder = await realpath(path).catch((cause: unknown) => {
    throw packError(shownName, 'there is no such folder', cause)
  })
  const found = await stat(join(folder, MANIFEST)).catch(() => undefined)
  if (!found?.isFile()) throw packError(shownName, 'the folder has no pack.json')
  if (found.size > LARGEST_MANIFEST_BYTES) throw packError(shownName, 'pack.json is too large to be a manifest')
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((cause: unknown) => {
    throw packError(shownName, 'pack.json cannot be read', cause)
  })
  try {
    const manifest = parseManifest(JSON.parse(text))
    return { name: manifest.name, folder, manifest }
  } catch (error) {
    if (error instanceof SyntaxError) throw packError(shownName, 'pack.json is no JSON', error)
    throw packError(shownName, error instanceof Error ? error.message : String(error), error)
  }
}

/** How errors name a file of a pack. */
export function describeFile(role: string, { file }: PackFile): string {
  return `${role} (${file})`
}

/** Holds a file to its hash without keeping it. Throws FaceCompareError INTERNAL with one sentence. */
export async function verifyPackFile(pack: PackFolder, role: string, entry: PackFile): Promise<void> {
  const path = await locateFile(pack, role, entry)
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk)
  } catch (cause) {
    throw packError(pack.name, `${describeFile(role, entry)} cannot be read`, cause)
  }
  checkHash(pack, role, entry, hash.digest('hex'))
}

/** Reads one file and holds it to its hash. Throws FaceCompareError INTERNAL with one sentence. */
export async function readPackFile(pack: PackFolder, role: string, entry: PackFile): Promise<Uint8Array> {
  const path = await locateFile(pack, role, entry)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw packError(pack.name, `${describeFile(role, entry)} cannot be read`, cause)
  })
  checkHash(pack, role, entry, createHash('sha256').update(bytes).digest('hex'))
  return bytes
}

/** The file's real path. A link inside of the folder is followed, one that leaves it is refused. */
async function locateFile(pack: PackFolder, role: string, entry: PackFile): Promise<string> {
  const path = await realpath(join(pack.folder, entry.file)).catch((cause: unknown) => {
    throw packError(pack.name, `${describeFile(role, entry)} is missing from the folder`, cause)
  })
  if (!path.startsWith(pack.folder + sep)) {
    throw packError(pack.name, `${describeFile(role, entry)} leads out of the pack's folder`)
  }
  if (!(await stat(path)).isFile()) throw packError(pack.name, `${describeFile(role, entry)} is no file`)
  return path
}

function checkHash({ name }: PackFolder, role: string, entry: PackFile, found: string): void {
  if (found === entry.sha256) return
  throw packError(name, `${describeFile(role, entry)} has SHA-256 ${found}, but the manifest says ${entry.sha256}`)
}
