import type { Dirent } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SNIFFED_BYTES, sniffFormat } from '../image/format.js'

/** Why something in a folder is not looked at as a picture. */
export type LeftOutReason = 'heic' | 'noPicture' | 'unreadable' | 'linkedFolder' | 'besideFolders'

/** How many were left out, by the reason; reasons that did not occur are absent. */
export type LeftOut = Readonly<Partial<Record<LeftOutReason, number>>>

export interface FoundFiles {
  readonly pictures: readonly string[]
  readonly leftOut: LeftOut
}

const JPEG_ENDINGS = ['.jpg', '.jpeg', '.jpe', '.jfif']
/** What a picture is called; one of another name is known by its first bytes. */
export const PICTURE_ENDINGS = [...JPEG_ENDINGS, '.png', '.webp', '.avif', '.gif', '.tif', '.tiff', '.bmp']
const HEIC_ENDINGS = ['.heic', '.heif', '.hif']

/**
 * All pictures below a folder, as paths from it with `/` between, in an order that does not depend on the machine. Throws an
 * Error with one sentence when there is no such folder.
 */
export async function listPictures(folder: string): Promise<FoundFiles> {
  const { files, linkedFolders } = await listFiles(folder)
  const found = await pickPictures(files, (name) => join(folder, name))
  return { ...found, leftOut: addLeftOut(found.leftOut, { linkedFolder: linkedFolders }) }
}

/** Those of the files that are pictures, in the same order. */
export async function pickPictures(
  names: readonly string[],
  pathOf: (name: string) => string = (name) => name,
): Promise<FoundFiles> {
  const pictures: string[] = []
  let leftOut: LeftOut = {}
  for (const name of names) {
    const reason = await findReason(pathOf(name))
    if (reason === undefined) pictures.push(name)
    else leftOut = addLeftOut(leftOut, { [reason]: 1 })
  }
  return { pictures, leftOut }
}

export function addLeftOut(some: LeftOut, more: LeftOut): LeftOut {
  const sum: Partial<Record<LeftOutReason, number>> = { ...some }
  for (const reason of REASONS) {
    const count = more[reason] ?? 0
    if (count > 0) sum[reason] = (sum[reason] ?? 0) + count
  }
  return sum
}

export function countLeftOut(leftOut: LeftOut): number {
  return Object.values(leftOut).reduce((sum, count) => sum + count, 0)
}

const DESCRIPTIONS: Readonly<Record<LeftOutReason, (count: number) => string>> = {
  heic: (count) => `${count} HEIC (save as JPEG to have ${count === 1 ? 'it' : 'them'} read)`,
  noPicture: (count) => `${count} no ${count === 1 ? 'picture' : 'pictures'}, by name and content`,
  unreadable: (count) => `${count} that cannot be opened`,
  linkedFolder: (count) => `${count} ${count === 1 ? 'link to a folder' : 'links to folders'}`,
  besideFolders: (count) => `${count} beside the folders of the persons`,
}
const REASONS: readonly LeftOutReason[] = ['heic', 'noPicture', 'unreadable', 'linkedFolder', 'besideFolders']

/** A piece of a sentence for each reason, in English or as `describe` says it. */
export function listReasons(leftOut: LeftOut, describe = DESCRIPTIONS): readonly string[] {
  return REASONS.flatMap((reason) => {
    const count = leftOut[reason] ?? 0
    return count === 0 ? [] : [describe[reason](count)]
  })
}

/** For people: how many files were left out and why. */
export function describeLeftOut(leftOut: LeftOut): string {
  const count = countLeftOut(leftOut)
  return `${count} ${count === 1 ? 'file was' : 'files were'} left out: ${listReasons(leftOut).join('; ')}`
}

/** Undefined for a picture. One that is named so counts as one whatever is in it: what is wrong with it is then told. */
async function findReason(path: string): Promise<LeftOutReason | undefined> {
  const isNamed = (endings: readonly string[]) => endings.some((ending) => path.toLowerCase().endsWith(ending))
  const found = await stat(path).catch(() => undefined)
  // Reading from a pipe would wait for ever.
  if (found && !found.isFile()) return 'noPicture'
  if (isNamed(PICTURE_ENDINGS)) return undefined
  const start = await readStart(path).catch(() => undefined)
  if (start && sniffFormat(start)) return undefined
  if (isNamed(HEIC_ENDINGS)) return 'heic'
  return start ? 'noPicture' : 'unreadable'
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** What a folder has, hidden entries left out, in an order that does not depend on the machine. */
export async function listFolder(folder: string): Promise<readonly Dirent[]> {
  const found = await stat(folder).catch(() => undefined)
  if (!found) throw new Error(`There is no folder ${folder}.`)
  if (!found.isDirectory()) throw new Error(`Expected a folder but ${basename(folder)} is a file.`)
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter(({ name }) => !name.startsWith('.')).sort((p, q) => (p.name < q.name ? -1 : 1))
}

/** Whether an entry is a folder or a link to one. */
export async function isFolder(parent: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  const target = await stat(join(parent, entry.name)).catch(() => undefined)
  return target?.isDirectory() ?? false
}

/** All files below a folder; links to other folders are not followed, because they may lead round in circles. */
async function listFiles(
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly linkedFolders: number }> {
  const files: string[] = []
  let linkedFolders = 0
  for (const entry of await listFolder(folder)) {
    if (entry.isDirectory()) {
      const below = await listFiles(join(folder, entry.name))
      for (const file of below.files) files.push(`${entry.name}/${file}`)
      linkedFolders += below.linkedFolders
    } else if (await isFolder(folder, entry)) linkedFolders++
    else files.push(entry.name)
  }
  return { files, linkedFolders }
}
