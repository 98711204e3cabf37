import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { type PairLine, readLfwPairs } from './pairs.js'
import { readCsvPairs } from './pairs-csv.js'
import { addLeftOut, isFolder, type LeftOut, listFolder, listPictures, PICTURE_ENDINGS } from './picture-files.js'

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
  /** What of a folder was not taken for a picture, by the reason; nothing where pictures are listed. */
  readonly leftOut: LeftOut
}

/** A folder with one sub-folder a person: all pairs of pictures. Throws an Error with one sentence. */
export async function readPersonFolder(folder: string): Promise<DataSet> {
  const entries = await listFolder(folder)
  const pictures: Picture[] = []
  const personOf: number[] = []
  const persons: string[] = []
  const counts: number[] = []
  let leftOut: LeftOut = {}
  for (const entry of entries) {
    if (!(await isFolder(folder, entry))) {
      leftOut = addLeftOut(leftOut, { besideFolders: 1 })
      continue
    }
    const found = await listPictures(join(folder, entry.name))
    leftOut = addLeftOut(leftOut, found.leftOut)
    if (found.pictures.length === 0) continue
    for (const file of found.pictures) {
      pictures.push({ name: `${entry.name}/${file}`, file: join(folder, entry.name, file) })
      personOf.push(counts.length)
    }
    persons.push(entry.name)
    counts.push(found.pictures.length)
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
  return { pictures, pairing, leftOut }
}

/** All pictures below a folder, whoever they show. Throws an Error with one sentence when there is no such folder. */
export async function readPictureFolder(folder: string): Promise<Pick<DataSet, 'pictures' | 'leftOut'>> {
  const { pictures, leftOut } = await listPictures(folder)
  return { pictures: pictures.map((name) => ({ name, file: join(folder, name) })), leftOut }
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
  return { pictures, pairing: { kind: 'listed', pairs }, leftOut: {} }
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
  const endings = PICTURE_ENDINGS.flatMap((ending) => [ending, ending.toUpperCase()])
  const names = [name, ...endings.map((ending) => name.replace(/\.jpg$/, ending))]
  for (const candidate of names) {
    for (const file of [join(folder, 'images', candidate), join(folder, candidate)]) {
      if (existsSync(file)) return { name: candidate, file }
    }
  }
  throw new Error(`Line ${line} of the pairs file names ${name}, but ${folder} has no such picture.`)
}
