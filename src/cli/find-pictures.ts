import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { glob, isDynamicPattern } from 'tinyglobby'
import type { Config } from '../config.js'
import { readPictureFolder } from '../evaluation/data-set.js'
import type { Words } from './words.js'

export type ReadSettings = Pick<Config, 'urlAllow' | 'urlTimeoutMs' | 'maxImageBytes'>

/** Standard input, as a picture. */
const STDIN = '-'

export interface FoundPictures {
  /** Paths, urls, or `-`; each once, in the order of the command line. */
  readonly pictures: readonly string[]
  /** Whether a folder or a pattern stands for them, however many they are. */
  readonly isList: boolean
}

/** What arguments name: pictures as they are, all pictures below folders, the files that patterns fit. Throws one sentence. */
export async function findPictures(args: readonly string[], problems: Words['problems']): Promise<FoundPictures> {
  const pictures = new Map<string, string>()
  let isList = false
  for (const arg of args) {
    const found = await expand(arg, problems)
    isList ||= found !== undefined
    for (const picture of found ?? [arg]) pictures.set(isPath(picture) ? resolve(picture) : picture, picture)
  }
  return { pictures: [...pictures.values()], isList }
}

/** Undefined for what is a picture itself. */
async function expand(arg: string, problems: Words['problems']): Promise<readonly string[] | undefined> {
  if (!isPath(arg)) return undefined
  const target = await stat(arg).catch(() => undefined)
  if (target?.isDirectory()) {
    const { pictures } = await readPictureFolder(arg)
    if (pictures.length === 0) throw new Error(problems.noPictures(arg))
    return pictures.map(({ name }) => join(arg, name))
  }
  if (target || !isDynamicPattern(arg)) return undefined
  const files = await glob(arg, { expandDirectories: false, absolute: isAbsolute(arg) })
  if (files.length === 0) throw new Error(problems.noFits(arg))
  return files.sort()
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
