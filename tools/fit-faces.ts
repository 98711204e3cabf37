import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Face } from '../src/engine/face.js'
import { FaceCompareError } from '../src/errors.js'
import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { DEGRADATIONS } from '../support/degrade-pictures.js'
import { LANES, startBuiltEngine } from '../support/engine-pool.js'
import { parseLfwPairs } from '../support/lfw-pairs.js'
import { createProgress } from '../support/progress.js'
import { seeded } from '../support/random.js'

/** A picture that the numbers of the pack are fitted on. */
export interface Picture {
  readonly file: string
  readonly person: string
  /** Of LFW, whether its person is one of DevTrain, whose faces alone say how faces are; or the group and sex of another. */
  readonly of: 'DevTrain' | 'DevTest' | Group
}

export interface Group {
  /** As the folder is named. */
  readonly name: string
  readonly sex: string
  /** Below {@link ADULT} in years it is told by its age as well. */
  readonly age: 'small child' | 'child' | 'adult'
}

export interface FittedFace extends Picture {
  /** A key of DEGRADATIONS, or `plain`. */
  readonly kind: string
  readonly face: Face
}

const SMALL_CHILD_UNTIL = 6
const ADULT = 13

/** The pictures of a folder with LFW's `pairsDevTrain.txt` and `images/`, sorted. */
export async function listPortraits(folder: string): Promise<readonly Picture[]> {
  const images = join(folder, 'images')
  const pairs = parseLfwPairs(readFileSync(join(folder, 'pairsDevTrain.txt'), 'utf8'), images)
  const train = new Set(pairs.flatMap(({ a, b }) => [personOf(a), personOf(b)]))
  const entries = await readdir(images, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ file, person: personOf(file), of: train.has(personOf(file)) ? 'DevTrain' : 'DevTest' }))
}

export function personOf(file: string): string {
  return basename(dirname(file))
}

/** The pictures that `fit.txt` names, `GROUP/NNNN_SEX_AGE.jpg`, sorted; each shows a person of its own. */
export function listGroups(folder: string): readonly Picture[] {
  const names = readFileSync(join(folder, 'fit.txt'), 'utf8').split('\n').filter(Boolean).sort()
  return names.map((name) => {
    const [, sex = '', years = ''] = basename(name, '.jpg').split('_')
    const age = Number(years) >= ADULT ? 'adult' : Number(years) <= SMALL_CHILD_UNTIL ? 'small child' : 'child'
    return { file: join(folder, 'images', name), person: name, of: { name: dirname(name), sex, age } }
  })
}

/** The faces of all pictures, in their order; of pictures without one it is said. */
export function embedPlain(pictures: readonly Picture[]): Promise<readonly FittedFace[]> {
  return embedAll('pictures', pictures, async (picture, analyze) => {
    const face = await analyze(await readFile(picture.file))
    if (!face) console.log(`${picture.file}: no face`)
    return face ? [{ ...picture, kind: 'plain', face }] : []
  })
}

/** Two pictures whose faces have this cosine similarity show one person, or are the same. */
const ONE_PERSON = 0.8

/** The people of whom an earlier picture is there as well, though each picture counts as a person of its own. */
export function findRepeated(faces: readonly FittedFace[]): ReadonlySet<string> {
  const repeated = new Set<string>()
  const vectors = faces.map(({ face }) => face.embedding)
  for (const _ of multiplyAllPairs(vectors, (_first, second, cosine) => {
    if (cosine >= ONE_PERSON) repeated.add(faces[second]!.person)
  }));
  return repeated
}

/** The faces of all pictures in every class of DEGRADATIONS in which they are still found. */
export function embedDegraded(plain: readonly FittedFace[]): Promise<readonly FittedFace[]> {
  return embedAll('poor pictures', plain, async (picture, analyze, place) => {
    const bytes = await readFile(picture.file)
    const found: FittedFace[] = []
    for (const [i, [kind, degrade]] of Object.entries(DEGRADATIONS).entries()) {
      const face = await analyze(await degrade(bytes, picture.face, seeded(1000 * place + i)))
      if (face) found.push({ ...picture, kind, face })
    }
    return found
  })
}

type Analyze = (bytes: Uint8Array) => Promise<Face | undefined>

/** Nothing fitted is in what comes out but what the engine finds faces with: the facial parts are not centred. */
async function embedAll<T>(
  label: string,
  items: readonly T[],
  work: (item: T, analyze: Analyze, place: number) => Promise<readonly FittedFace[]>,
): Promise<readonly FittedFace[]> {
  const pool = await startBuiltEngine({ calibration: 'none' })
  const analyze: Analyze = (bytes) =>
    pool.analyze(bytes).catch((error: unknown) => {
      if (!(error instanceof FaceCompareError) || error.kind === 'INTERNAL') throw error
      return undefined
    })
  const progress = createProgress(label, items.length)
  const found: (readonly FittedFace[])[] = []
  const rest = items.entries()
  const run = async () => {
    for (const [place, item] of rest) {
      found[place] = await work(item, analyze, place)
      progress.advance()
    }
  }
  await Promise.all(Array.from({ length: LANES }, run))
  await pool.close()
  return found.flat()
}
