import { measureSimilarity } from '../score/compare.js'
import type { StoredTemplate, Template } from './gallery.js'
import type { Match } from './search.js'

/** An index rounds: the exact similarities of some persons more decide who is among those asked for, and in which order. */
export const SPARE_PERSONS = 5

/** Of candidates, one face a person, those most like a probe by the numbers as they are, at most `count`, the best first. */
export function rankCandidates(
  candidates: readonly StoredTemplate[],
  probe: Template,
  count: number,
): readonly Match[] {
  return candidates
    .filter(({ template }) => template.packId === probe.packId)
    .map(({ personId, faceId, tag, template }) => {
      return { personId, faceId, tag, similarity: measureSimilarity(template, probe).relative }
    })
    .sort((a, b) => b.similarity - a.similarity || (a.faceId < b.faceId ? -1 : 1))
    .slice(0, count)
}

/** Throws RangeError for a face that another model pack has made. */
export function requirePack({ packId }: Template, expected: string): void {
  if (packId !== expected) throw new RangeError(`Expected a face of ${expected} but received one of ${packId}`)
}
