/**
 * Writes the parts of the documents that the code knows better: docs/errors.md, docs/openapi.json, the plots, and in
 * README.md and docs/ the blocks of settings, of the API and of what the benchmarks found (`bench/results`).
 * `npm run docs`; a test fails while they are not up to date.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { SETTINGS } from '../src/config.js'
import { ERRORS } from '../src/errors.js'
import { API_BLOCKS, renderOpenApi } from './render-api.js'
import { CLI_BLOCKS } from './render-cli.js'
import { PLOTS, RESULT_BLOCKS } from './render-results.js'

const ROOT = new URL('../', import.meta.url)
const DOCS = new URL('docs/', ROOT)
const ERRORS_PAGE = new URL('errors.md', DOCS)
const OPENAPI_FILE = new URL('openapi.json', DOCS)

export function renderSettings(): string {
  const rows = Object.values(SETTINGS).map(({ variable, description, fallbackText }) => {
    return `| \`${variable}\` | ${description.replaceAll('|', '\\|')} | ${fallbackText === '' ? 'none' : fallbackText} |`
  })
  return ['| variable | meaning | default |', '|---|---|---|', ...rows].join('\n')
}

export function renderErrors(): string {
  const rows = Object.values(ERRORS).map(({ code, status, message, meaning }) => {
    return `| ${code} | \`${message}\` | ${status} | ${meaning} |`
  })
  return [
    '# Errors',
    '',
    'Every code of the wire, from `src/errors.ts`. Codes and messages are stable; the sentence in `data.detail` is for',
    'people and may change. With `FACECOMPARE_STATUS_ALWAYS_200` every HTTP status is 200.',
    '',
    '| code | message | HTTP status | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** A page with its generated blocks made anew: the text between `<!-- NAME -->` and `<!-- end of NAME -->`. */
export function withBlocks(page: string): string {
  return page.replace(/<!-- (\S+) -->\n[\s\S]*?<!-- end of \1 -->/g, (_, name: string) => {
    const render = BLOCKS_BY_NAME.get(name)
    if (!render) throw new Error(`No block is called "${name}".`)
    return `<!-- ${name} -->\n${render()}\n<!-- end of ${name} -->`
  })
}

export const BLOCKS_BY_NAME: ReadonlyMap<string, () => string> = new Map(
  Object.entries({ settings: renderSettings, ...API_BLOCKS, ...CLI_BLOCKS, ...RESULT_BLOCKS }),
)

interface GeneratedFile {
  readonly file: URL
  readonly found: string
  readonly wanted: string
}

/** Everything that is generated, wholly or in blocks, as it is and as it should be. */
export function readDocuments(): readonly GeneratedFile[] {
  const written = listPages().map((file) => ({ file, found: readText(file), wanted: withBlocks(readText(file)) }))
  return [...written, compare(ERRORS_PAGE, renderErrors()), compare(OPENAPI_FILE, renderOpenApi()), ...readPlots()]
}

/** The pages that people write. */
function listPages(): readonly URL[] {
  const docs = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).map((name) => new URL(name, DOCS))
  const roots = readdirSync(ROOT).map((name) => new URL(name, ROOT))
  return [...roots, ...docs].filter(({ pathname, href }) => pathname.endsWith('.md') && href !== ERRORS_PAGE.href)
}

/** The plots that can be drawn. */
function readPlots(): readonly GeneratedFile[] {
  return Object.entries(PLOTS).flatMap(([name, draw]) => {
    const wanted = draw()
    return wanted === undefined ? [] : [compare(new URL(name, DOCS), wanted)]
  })
}

function compare(file: URL, wanted: string): GeneratedFile {
  return { file, wanted, found: existsSync(file) ? readText(file) : '' }
}

function readText(file: URL): string {
  return readFileSync(file, 'utf8')
}

if (process.argv.includes('--write')) {
  for (const { file, found, wanted } of readDocuments()) if (found !== wanted) writeFileSync(file, wanted)
}
