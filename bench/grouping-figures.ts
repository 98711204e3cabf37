/** How well groups fit persons, over pairs of pictures. */
export interface GroupingFigures {
  /** Of the pairs that lie in one group, the share that is one person's. */
  readonly precision: number
  /** Of the pairs of one person, the share that lies in one group. */
  readonly recall: number
  /** Harmonic mean of both. */
  readonly f1: number
  /** Groups of two and more. */
  readonly groups: number
  /** Those of them with more than one person. */
  readonly mixedGroups: number
}

/** @param personOf the person of each item */
export function measureGroups(groups: readonly (readonly number[])[], personOf: readonly number[]): GroupingFigures {
  const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + (count * (count - 1)) / 2, 0)
  const counts = groups.map((members) => countPersons(members, personOf))
  const together = sum(groups.map(({ length }) => length))
  const right = sum(counts.flatMap((count) => [...count.values()]))
  const genuine = sum(countPersons([...personOf.keys()], personOf).values())
  return {
    precision: together === 0 ? 1 : right / together,
    recall: right / genuine,
    f1: (2 * right) / (together + genuine),
    groups: groups.filter(({ length }) => length > 1).length,
    mixedGroups: counts.filter(({ size }) => size > 1).length,
  }
}

function countPersons(members: readonly number[], personOf: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const member of members) {
    const person = personOf[member] ?? -1
    counts.set(person, (counts.get(person) ?? 0) + 1)
  }
  return counts
}
