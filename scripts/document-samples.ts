/** The TypeScript samples of the documents, each under a comment that says what it is for. */
import { readFileSync } from 'node:fs'

const DOCS = new URL('../docs/', import.meta.url)

/** `runs`: Node, run as it stands; `page`: a browser; `mini-program`: an engine with neither Node nor the DOM. */
export const SAMPLE_KINDS = ['runs', 'page', 'mini-program'] as const
export type SampleKind = (typeof SAMPLE_KINDS)[number]

export interface Sample {
  /** `client-1` is the first of docs/client.md. */
  readonly name: string
  readonly kind: SampleKind
  readonly code: string
}

/** Every ts block of a page. Throws for one of no kind: nothing would check it. */
export function readSamples(page: string): readonly Sample[] {
  const text = readFileSync(new URL(`${page}.md`, DOCS), 'utf8')
  return [...text.matchAll(/^(.*)\n```ts\n([\s\S]*?)^```$/gm)].map(([, comment = '', code = ''], i) => {
    const name = `${page}-${i + 1}`
    const kind = SAMPLE_KINDS.find((known) => comment === `<!-- sample: ${known} -->`)
    if (!kind) throw new Error(`The sample ${name} does not say what it is: ${comment}`)
    return { name, kind, code }
  })
}

/** The first sh block of a page. */
export function readShellSample(page: string): string {
  const [, command] = /^```sh\n([\s\S]*?)^```$/m.exec(readFileSync(new URL(`${page}.md`, DOCS), 'utf8')) ?? []
  if (command === undefined) throw new Error(`${page}.md has no sh block.`)
  return command
}
