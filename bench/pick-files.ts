import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLfwPairs } from '../support/lfw-pairs.js'

/**
 * Paths of so many pictures, evenly spread over the people of a pairs file, one each.
 *
 * @param root has the pairs file and `images/`
 */
export function pickFiles(root: string, pairsFile: string, count: number): readonly string[] {
  const pairs = parseLfwPairs(readFileSync(join(root, pairsFile), 'utf8'), join(root, 'images'))
  const first = new Map(pairs.flatMap(({ a, b }) => [a, b]).map((file) => [file.split('/').at(-2), file]))
  const all = [...first.values()].sort()
  return all.filter((_, i) => Math.floor((i * count) / all.length) !== Math.floor(((i - 1) * count) / all.length))
}
