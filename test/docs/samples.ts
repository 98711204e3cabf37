/** The code samples of the documents: fenced blocks, and what the comment before a block says of how it is tested. */

export type Directive =
  | { readonly kind: 'run'; readonly endsWith: number }
  /** Goes on in the background until the page ends. */
  | { readonly kind: 'starts a service' }
  /** JSON with the keys of the answer that the sample before it printed. */
  | { readonly kind: 'answer' }
  /** Of a place that this test does not have; types are checked and the rest is run where the package is verified. */
  | { readonly kind: 'page' | 'mini-program' }
  | { readonly kind: 'not run'; readonly reason: string }

export interface Sample {
  readonly page: string
  /** Of the fence, from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
  readonly directive: Directive
}

const PLAIN = ['starts a service', 'answer', 'page', 'mini-program'] as const

/** Blocks of no language, or of these, are what programs print, not what people type. */
const TEXT = ['', 'text']

const LONG_NAMES: ReadonlyMap<string, string> = new Map([
  ['shell', 'sh'],
  ['typescript', 'ts'],
  ['javascript', 'js'],
])

/** The samples of a page in their order. Throws where a comment says something that no test understands. */
export function extractSamples(page: string, text: string): readonly Sample[] {
  const samples: Sample[] = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const [, indent = '', fence = '', language = ''] = /^( {0,3})(`{3,})(\S*)\s*$/.exec(lines[i] ?? '') ?? []
    if (fence === '') continue
    const end = lines.findIndex((line, j) => j > i && line.trim() === fence)
    if (end === -1) throw new Error(`${page}:${i + 1}: the block does not end.`)
    const code = lines.slice(i + 1, end).map((line) => line.replace(new RegExp(`^ {0,${indent.length}}`), ''))
    const directive = readDirective(commentBefore(lines, i), `${page}:${i + 1}`)
    if (!TEXT.includes(language)) {
      const known = LONG_NAMES.get(language) ?? language
      samples.push({ page, line: i + 1, language: known, code: `${code.join('\n')}\n`, directive })
    }
    i = end
  }
  return samples
}

/** The text of a `<!-- sample: ... -->` in the last line before the block that is not empty. */
function commentBefore(lines: readonly string[], fence: number): string | undefined {
  const before = lines.slice(0, fence).findLast((line) => line.trim() !== '')
  return /^\s*<!-- sample: (.*?) -->\s*$/.exec(before ?? '')?.[1]
}

function readDirective(comment: string | undefined, place: string): Directive {
  if (comment === undefined || comment === 'runs') return { kind: 'run', endsWith: 0 }
  const kind = PLAIN.find((known) => known === comment)
  if (kind !== undefined) return { kind }
  const [, reason] = /^not run: (\S.*)$/.exec(comment) ?? []
  if (reason !== undefined) return { kind: 'not run', reason }
  const [, code] = /^ends with (\d+)$/.exec(comment) ?? []
  if (code !== undefined) return { kind: 'run', endsWith: Number(code) }
  throw new Error(`${place}: no test understands "sample: ${comment}".`)
}

/** The test that runs the samples of a page in place of the common one: `<!-- samples: run by test/... -->`. */
export function findOwnTest(text: string): string | undefined {
  return /^<!-- samples: run by (\S+) -->$/m.exec(text)?.[1]
}

/** The same for samples that differ in nothing but their comments, which are in the language of the page. */
export function identify({ language, code }: Sample): string {
  const bare = code
    .split('\n')
    .map((line) => line.replace(/(^|\s+)(#|\/\/)\s.*$/, '').trimEnd())
    .filter((line) => line !== '')
  return `${language}\n${bare.join('\n')}`
}
