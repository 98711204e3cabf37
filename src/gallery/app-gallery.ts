import type { MirroredPerson, Template } from './gallery.js'
import type { MakeIndex, SearchIndex } from './search.js'

const NONE = -1
const SHARED_LISTS = 1000
/** Faces that are looked at, at first, for each person who is to be found: few persons have more that are alike. */
const FACES_A_PERSON = 4

/** The persons of one app in memory: which rows of the index are whose, and who is in which group. */
export class AppGallery {
  readonly #index: SearchIndex
  readonly #columns: number
  /** By row. Typed arrays: objects for a million faces take more than their templates. */
  #faceIds = new BigInt64Array(64)
  #persons = new Float64Array(64)
  /** The next row of the same person. */
  #nextRows = new Int32Array(64)
  readonly #firstRows = new Map<number, number>()
  readonly #groupIds = new Map<number, readonly string[]>()
  readonly #groups = new Map<string, Set<number>>()
  readonly #shareList = createListSharing()

  constructor(makeIndex: MakeIndex, columns: number) {
    this.#index = makeIndex(columns)
    this.#columns = columns
  }

  /** How many faces there are. */
  get size(): number {
    return this.#index.size
  }

  get persons(): Iterable<number> {
    return this.#groupIds.keys()
  }

  /** Takes a person over as it is now; returns the ids of faces that the index does not take. */
  put({ person, groupIds, faces }: Omit<MirroredPerson, 'damaged'>): readonly string[] {
    this.remove(person)
    this.#groupIds.set(person, this.#shareList(groupIds))
    for (const id of groupIds) {
      const group = this.#groups.get(id) ?? new Set()
      this.#groups.set(id, group.add(person))
    }
    return faces.filter(({ faceId, template }) => !this.#addFace(person, faceId, template)).map(({ faceId }) => faceId)
  }

  remove(person: number): void {
    for (const id of this.#groupIds.get(person) ?? []) {
      const group = this.#groups.get(id)
      group?.delete(person)
      if (group?.size === 0) this.#groups.delete(id)
    }
    for (const row of this.#rowsOf(person)) this.#index.remove(row)
    this.#groupIds.delete(person)
    this.#firstRows.delete(person)
  }

  /** The ids of the best face of each of the `count` persons in the groups that are most like the probe. */
  async search(
    groupIds: readonly string[],
    probe: Template,
    count: number,
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const persons = this.#personsOf(groupIds)
    if (persons.size === 0) return []
    // A search of everything reads memory in one go.
    const choice = persons.size === this.#groupIds.size ? {} : { rows: this.#collectRows(persons) }
    for (let asked = count * FACES_A_PERSON; ; asked *= 4) {
      const found = await this.#index.search(probe, { ...choice, count: asked, ...(signal ? { signal } : {}) })
      const best = new Map<number, string>()
      for (const { row } of found) {
        const person = this.#personOf(row)
        if (best.size < count && !best.has(person)) best.set(person, String(this.#faceIds[row]))
      }
      if (best.size === count || found.length < asked) return [...best.values()]
    }
  }

  /** False for an embedding of another length than all others, or of zeros. */
  #addFace(person: number, faceId: string, template: Template): boolean {
    if (template.embedding.length !== this.#columns || !template.embedding.some((value) => value !== 0)) return false
    const row = this.#index.add(template)
    this.#makeRoom(row)
    this.#faceIds[row] = BigInt(faceId)
    this.#persons[row] = person
    this.#nextRows[row] = this.#firstRows.get(person) ?? NONE
    this.#firstRows.set(person, row)
    return true
  }

  #personOf(row: number): number {
    return this.#persons[row] ?? NONE
  }

  #rowsOf(person: number): readonly number[] {
    const rows: number[] = []
    for (let row = this.#firstRows.get(person) ?? NONE; row !== NONE; row = this.#nextRows[row] ?? NONE) rows.push(row)
    return rows
  }

  #personsOf(groupIds: readonly string[]): ReadonlySet<number> {
    const [first, ...others] = groupIds.flatMap((id) => this.#groups.get(id) ?? [])
    if (!first || others.length === 0) return first ?? new Set()
    const all = new Set(first)
    for (const group of others) for (const person of group) all.add(person)
    return all
  }

  #collectRows(persons: ReadonlySet<number>): Uint32Array {
    const rows = new Uint32Array(this.#index.size)
    let count = 0
    for (const person of persons) {
      for (let row = this.#firstRows.get(person) ?? NONE; row !== NONE; row = this.#nextRows[row] ?? NONE) {
        rows[count++] = row
      }
    }
    return rows.subarray(0, count)
  }

  #makeRoom(row: number): void {
    if (row < this.#persons.length) return
    const rows = 2 ** Math.ceil(Math.log2(row + 1))
    this.#faceIds = grown(this.#faceIds, new BigInt64Array(rows))
    this.#persons = grown(this.#persons, new Float64Array(rows))
    this.#nextRows = grown(this.#nextRows, new Int32Array(rows))
  }
}

function grown<T extends { set(values: T): void }>(before: T, after: T): T {
  after.set(before)
  return after
}

/** The same list for the same groups, as far as they come again soon: most persons are in the groups of many others. */
function createListSharing(): (groupIds: readonly string[]) => readonly string[] {
  const lists = new Map<string, readonly string[]>()
  return (groupIds) => {
    const key = groupIds.join('/')
    const list = lists.get(key) ?? groupIds
    if (lists.size >= SHARED_LISTS) lists.clear()
    lists.set(key, list)
    return list
  }
}
