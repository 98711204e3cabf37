import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Config } from '../config.js'
import { addLeftOut, type FoundFiles, type LeftOut, listPictures, pickPictures } from '../evaluation/picture-files.js'
import type { Words } from './words.js'

export type ReadSettings = Pick<Config, 'urlAllow' | 'urlTimeoutMs' | 'maxImageBytes'>

/** Standard input, as a picture. */
const STDIN = '-'

export interface FoundPictures {
  /** Paths, urls, or `-`; each once, in the order of the command line. */
  readonly pictures: readonly string[]
  /** Whether a folder or a pattern stands for them, however many they are. */
  readonly isList: boolean
  /** What of folders and patterns was not taken for a picture. */
  readonly leftOut: LeftOut
}

/** What arguments name: pictures as they are, all pictures below folders, the pictures that patterns fit. Throws one sentence. */
export async function findPictures(args: readonly string[], problems: Words['problems']): Promise<FoundPictures> {
  const pictures = new Map<string, string>()
  let isList = false
  let leftOut: LeftOut = {}
  for (const arg of args) {
    const found = await expand(arg, problems)
    isList ||= found !== undefined
    leftOut = addLeftOut(leftOut, found?.leftOut ?? {})
    for (const picture of found?.pictures ?? [arg]) pictures.set(isPath(picture) ? resolve(picture) : picture, picture)
  }
  return { pictures: [...pictures.values()], isList, leftOut }
}

/** Undefined for what is a picture itself. */
async function expand(arg: string, problems: Words['problems']): Promise<FoundFiles | undefined> {
  if (!isPath(arg)) return undefined
  const target = await stat(arg).catch(() => undefined)
  if (target?.isDirectory()) {
    const { pictures, leftOut } = await listPictures(arg)
    if (pictures.length === 0) throw new Error(problems.noPictures(arg, leftOut))
    return { pictures: pictures.map((name) => join(arg, name)), leftOut }
  }
  if (target) return undefined
  const { glob, isDynamicPattern } = await import('tinyglobby')
  if (!isDynamicPattern(arg)) return undefined
  const files = await glob(arg, { expandDirectories: false, absolute: isAbsolute(arg) })
  if (files.length === 0) throw new Error(problems.noFits(arg))
  const found = await pickPictures(files.sort())
  if (found.pictures.length === 0) throw new Error(problems.noneFits(arg, found.leftOut))
  return found
}

export function isPath(picture: string): boolean {
  return picture !== STDIN && !/^https?:\/\//i.test(picture)
}

/** The bytes of a picture: of a file, of what a url answers, or of standard input. */
export async function readPicture(
  picture: string,
  { urlAllow, urlTimeoutMs, maxImageBytes }: ReadSettings,
): Promise<Uint8Array> {
  if (picture === STDIN) return buffer(process.stdin)
  if (isPath(picture)) return readFile(picture)
  const { createImageFetcher } = await import('../image/fetch-remote.js')
  const fetcher = createImageFetcher({ allow: urlAllow, timeoutMs: urlTimeoutMs, maxBytes: maxImageBytes })
  try {
    return await fetcher.fetchImage(picture)
  } finally {
    await fetcher.close()
  }
}
