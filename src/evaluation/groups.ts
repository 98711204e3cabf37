import { readFile } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import { type DataSet, findListFile, type Pairing } from './data-set.js'
import { type GroupLine, plainName, readGroupLines } from './groups-csv.js'

/** Which pictures are of one group. */
export interface Grouping {
  readonly names: readonly string[]
  /** The group of each picture, by the place of its name; -1 for none. */
  readonly groupOf: Int32Array
}

/** The groups of a data set, and what of the file and of the data set did not meet. */
export interface GroupedDataSet extends Grouping {
  /** Names of the file that are no person and no picture of the data set, in its order. */
  readonly unknownNames: readonly string[]
  /** Persons of whom no picture is in a group; absent where the pairs come from a list. */
  readonly personsWithout?: number
  readonly picturesWithout: number
  /** Genuine pairs of pictures in two different groups: they count in neither. */
  readonly genuineAcross: number
}

/** Each group has a tally of its own, and nobody reads a longer table. */
const MOST_GROUPS = 100

/**
 * Reads a groups file, found in the folder of the data set or by its path. Throws an Error with one sentence where it is wrong
 * or has nothing to do with the data set.
 */
export async function readGroups(folder: string, file: string, dataSet: DataSet): Promise<GroupedDataSet> {
  const lines = readGroupLines(await readFile(findListFile(folder, file, 'groups file')))
  return groupPictures(folder, lines, dataSet)
}

/** A picture's own line wins over that of its person. */
export function groupPictures(folder: string, lines: readonly GroupLine[], dataSet: DataSet): GroupedDataSet {
  const names = [...new Set(lines.map(({ group }) => group))].sort()
  if (names.length > MOST_GROUPS) {
    throw new Error(
      `The groups file has ${names.length} groups; expected at most ${MOST_GROUPS}. Is the group in its second column?`,
    )
  }
  const groupByName = new Map(lines.map(({ name, group }) => [name, names.indexOf(group)]))
  const known = new Set<string>()
  const groupOf = Int32Array.from(listKeys(folder, dataSet), (keys) => {
    // Every key is looked up: a person whose pictures all have lines of their own is known none the less.
    const found = keys.filter((key) => groupByName.has(key))
    for (const key of found) known.add(key)
    return groupByName.get(found[0] ?? '') ?? -1
  })
  const unknownNames = lines.flatMap(({ name }) => (known.has(name) ? [] : [name]))
  const [first] = lines
  if (first && unknownNames.length === lines.length) {
    throw new Error(
      `No name of the groups file is a person or a picture of ${folder}; its first is ${first.name}, in line ${first.line}.`,
    )
  }
  const { pairing } = dataSet
  const persons = pairing.kind === 'all' ? { personsWithout: countPersonsWithout(pairing, groupOf) } : {}
  return {
    names,
    groupOf,
    unknownNames,
    ...persons,
    picturesWithout: groupOf.filter((group) => group < 0).length,
    genuineAcross: countGenuineAcross(pairing, groupOf),
  }
}

/** What a line may call each picture: its name, its path from the folder, and then its person. */
function listKeys(folder: string, { pictures, pairing }: DataSet): readonly (readonly string[])[] {
  return pictures.map(({ name, file }, i) => {
    const person = pairing.kind === 'all' ? pairing.persons[pairing.personOf[i] ?? 0] : dirname(name)
    return [name, relative(folder, file).split(sep).join('/'), person ?? ''].map(plainName)
  })
}

type AllPairs = Extract<Pairing, { readonly kind: 'all' }>

function countPersonsWithout({ persons, personOf }: AllPairs, groupOf: Int32Array): number {
  const grouped = new Set(personOf.filter((_, i) => (groupOf[i] ?? -1) >= 0))
  return persons.length - grouped.size
}

function countGenuineAcross(pairing: Pairing, groupOf: Int32Array): number {
  if (pairing.kind === 'listed') {
    return pairing.pairs.filter(({ a, b, genuine }) => {
      const [p, q] = [groupOf[a] ?? -1, groupOf[b] ?? -1]
      return genuine && p >= 0 && q >= 0 && p !== q
    }).length
  }
  const grouped = [...groupOf.keys()].filter((i) => (groupOf[i] ?? -1) >= 0)
  const ofPersons = countPairsOf(grouped, (i) => `${pairing.personOf[i]}`)
  return ofPersons - countPairsOf(grouped, (i) => `${pairing.personOf[i]} ${groupOf[i]}`)
}

/** The pairs within the classes that a key makes. */
function countPairsOf(pictures: readonly number[], keyOf: (picture: number) => string): number {
  const counts = new Map<string, number>()
  for (const picture of pictures) counts.set(keyOf(picture), (counts.get(keyOf(picture)) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0)
}
