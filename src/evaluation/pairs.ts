/** A labelled pair of pictures, by their paths below the folder of the data set. */
export interface LabelledPair {
  readonly a: string
  readonly b: string
  readonly genuine: boolean
}

/**
 * Reads LFW's pairs format: `name i j` is a genuine pair, `name i other j` an impostor pair; lines of other lengths
 * (the counts at the top) say nothing. Pictures are `name/name_0001.jpg` below `folder`.
 */
export function parseLfwPairs(text: string, folder: string): readonly LabelledPair[] {
  const pairs: LabelledPair[] = []
  for (const line of text.split('\n')) {
    const fields = line.trim().split('\t')
    const [name = '', first = '', third = '', fourth = ''] = fields
    if (fields.length === 3) {
      pairs.push({ a: lfwPath(folder, name, first), b: lfwPath(folder, name, third), genuine: true })
    } else if (fields.length === 4) {
      pairs.push({ a: lfwPath(folder, name, first), b: lfwPath(folder, third, fourth), genuine: false })
    }
  }
  if (pairs.length === 0) throw new Error('The pairs file has no pairs in LFW format')
  return pairs
}

function lfwPath(folder: string, name: string, index: string): string {
  return `${folder}/${name}/${name}_${index.padStart(4, '0')}.jpg`
}
