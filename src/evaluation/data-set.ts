import { type Dirent, existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { type PairLine, readLfwPairs } from './pairs.js'
import { readCsvPairs } from './pairs-csv.js'

export interface Picture {
  /** Path below the folder of the data set, with `/` between. */
  readonly name: string
  readonly file: string
}

/** A labelled pair of pictures, by their places in the list. */
export interface ListedPair {
  readonly a: number
  readonly b: number
  readonly genuine: boolean
}

/** Which pictures are compared with which. */
export type Pairing =
  | {
      readonly kind: 'all'
      /** Their names: a sub-folder each. */
      readonly persons: readonly string[]
      /** The person of each picture, by the place of the name. */
      readonly personOf: Int32Array
    }
  | { readonly kind: 'listed'; readonly pairs: readonly ListedPair[] }

export interface DataSet {
  readonly pictures: readonly Picture[]
  readonly pairing: Pairing
  /** Files of a folder of persons that were passed over: beside the sub-folders, or not named like a picture. */
  readonly skippedFiles: number
}

const PICTURE_ENDINGS = ['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff', '.bmp'] as const

/** A folder with one sub-folder a person: all pairs of pictures. Throws an Error with one sentence. */
export async function readPersonFolder(folder: string): Promise<DataSet> {
  const entries = await listFolder(folder)
  const pictures: Picture[] = []
  const personOf: number[] = []
  const persons: string[] = []
  const counts: number[] = []
  let skippedFiles = 0
  for (const entry of entries) {
    if (!(await isFolder(folder, entry))) {
      skippedFiles++
      continue
    }
    const files = await listFiles(join(folder, entry.name))
    const found = files.filter(isPictureName)
    skippedFiles += files.length - found.length
    if (found.length === 0) continue
    for (const file of found) {
      pictures.push({ name: `${entry.name}/${file}`, file: join(folder, entry.name, file) })
      personOf.push(counts.length)
    }
    persons.push(entry.name)
    counts.push(found.length)
  }
  if (counts.length < 2) {
    throw new Error(
      `Expected at least two persons in ${folder} (a sub-folder with pictures each) but found ${counts.length}.`,
    )
  }
  if (counts.every((count) => count < 2)) {
    throw new Error(`No person in ${folder} has two pictures, so there is no genuine pair.`)
  }
  const pairing = { kind: 'all', persons, personOf: Int32Array.from(personOf) } as const
  return { pictures, pairing, skippedFiles }
}

/** All pictures below a folder, whoever they show. Throws an Error with one sentence when there is no such folder. */
export async function readPictureFolder(folder: string): Promise<Pick<DataSet, 'pictures' | 'skippedFiles'>> {
  const files = await listFiles(folder)
  const pictures = files.filter(isPictureName).map((name) => ({ name, file: join(folder, name) }))
  return { pictures, skippedFiles: files.length - pictures.length }
}

/**
 * Pairs files, in LFW's format or CSV, found in the folder or by their paths; their pictures lie in the folder or in the
 * folder's `images`. Throws an Error with one sentence.
 */
export async function readPairsFiles(folder: string, pairsFiles: readonly string[]): Promise<DataSet> {
  await listFolder(folder)
  const places = new Map<string, number>()
  const pictures: Picture[] = []
  const placeOf = (name: string, line: number): number => {
    const known = places.get(name)
    if (known !== undefined) return known
    pictures.push(findPicture(folder, name, line))
    places.set(name, pictures.length - 1)
    return pictures.length - 1
  }
  const pairs: ListedPair[] = []
  for (const pairsFile of pairsFiles) {
    const lines = await readPairLines(folder, pairsFile)
    pairs.push(...lines.map(({ a, b, genuine, line }) => ({ a: placeOf(a, line), b: placeOf(b, line), genuine })))
  }
  refuseOneKind(pairs)
  return { pictures, pairing: { kind: 'listed', pairs }, skippedFiles: 0 }
}

/** The path of a file that is named from the folder of a data set or by a path of its own. Throws one sentence for none. */
export function findListFile(folder: string, name: string, what: string): string {
  const path = [join(folder, name), name].find((candidate) => existsSync(candidate))
  if (path === undefined) throw new Error(`There is no ${what} ${name}, neither in ${folder} nor by that path.`)
  return path
}

async function readPairLines(folder: string, pairsFile: string): Promise<readonly PairLine[]> {
  const path = findListFile(folder, pairsFile, 'pairs file')
  const text = await readFile(path, 'utf8')
  return isCsv(path, text) ? readCsvPairs(text) : readLfwPairs(text)
}

/**
 * The pictures of a list, each to be compared with every other one: a person is the folder that a picture lies in.
 * Throws an Error with one sentence when the list says otherwise.
 */
export function compareAll(dataSet: DataSet): DataSet {
  const { pictures, pairing } = dataSet
  if (pairing.kind === 'all') return dataSet
  const persons = new Map<string, number>()
  const personOf = Int32Array.from(pictures, ({ name }) => {
    const folder = dirname(name)
    if (!persons.has(folder)) persons.set(folder, persons.size)
    return persons.get(folder) ?? 0
  })
  const wrong = pairing.pairs.find(({ a, b, genuine }) => (personOf[a] === personOf[b]) !== genuine)
  if (wrong) {
    const [a, b] = [pictures[wrong.a]?.name, pictures[wrong.b]?.name]
    throw new Error(`All pairs can only be compared where each person has a folder, but ${a} and ${b} say otherwise.`)
  }
  return { ...dataSet, pairing: { kind: 'all', persons: [...persons.keys()], personOf } }
}

function isCsv(path: string, text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '') ?? ''
  return /\.csv$/i.test(path) || (!first.includes('\t') && first.includes(','))
}

function refuseOneKind(pairs: readonly ListedPair[]): void {
  const genuine = pairs.filter((pair) => pair.genuine).length
  if (genuine === 0) throw new Error('The pairs file has impostor pairs only; expected genuine ones as well.')
  if (genuine === pairs.length)
    throw new Error('The pairs file has genuine pairs only; expected impostor ones as well.')
}

function findPicture(folder: string, name: string, line: number): Picture {
  const inside = resolve(folder, name).startsWith(resolve(folder) + sep)
  if (isAbsolute(name) || !inside) {
    throw new Error(`Line ${line} of the pairs file names ${name}, which does not lie in ${folder}.`)
  }
  // LFW's format leaves the ending open; pictures of one's own may well be PNG.
  const names = [name, ...PICTURE_ENDINGS.map((ending) => name.replace(/\.jpg$/, ending))]
  for (const candidate of names) {
    for (const file of [join(folder, 'images', candidate), join(folder, candidate)]) {
      if (existsSync(file)) return { name: candidate, file }
    }
  }
  throw new Error(`Line ${line} of the pairs file names ${name}, but ${folder} has no such picture.`)
}

function isPictureName(name: string): boolean {
  return PICTURE_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))
}

/** What a folder has, hidden entries left out, in an order that does not depend on the machine. */
async function listFolder(folder: string): Promise<readonly Dirent[]> {
  const found = await stat(folder).catch(() => undefined)
  if (!found) throw new Error(`There is no folder ${folder}.`)
  if (!found.isDirectory()) throw new Error(`Expected a folder but ${basename(folder)} is a file.`)
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter(({ name }) => !name.startsWith('.')).sort((p, q) => (p.name < q.name ? -1 : 1))
}

async function isFolder(parent: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  const target = await stat(join(parent, entry.name)).catch(() => undefined)
  return target?.isDirectory() ?? false
}

/** All files below a folder; links to other folders are not followed, because they may lead round in circles. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = []
  for (const entry of await listFolder(folder)) {
    if (entry.isDirectory()) {
      for (const file of await listFiles(join(folder, entry.name))) files.push(`${entry.name}/${file}`)
    } else if (!(await isFolder(folder, entry))) files.push(entry.name)
  }
  return files
}
