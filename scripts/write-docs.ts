/**
 * Writes the parts of the documents that the code knows better: the plots, and in every page the blocks of settings, of
 * errors and of what the benchmarks found (`bench/results`). Pages in `docs/zh-CN` and README.zh-CN.md get Chinese ones.
 * `npm run docs`; a test fails while they are not up to date.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { SETTINGS } from '../src/config.js'
import { ERRORS, type ErrorName } from '../src/errors.js'
import { ERRORS_IN_CHINESE, SETTINGS_IN_CHINESE } from './chinese-tables.js'
import { API_BLOCKS, renderOpenApi } from './render-api.js'
import { CLI_BLOCKS } from './render-cli.js'
import { FALSE_CANDIDATE_BLOCKS } from './render-false-candidates.js'
import { PLOTS, RESULT_BLOCKS } from './render-results.js'
import type { Language } from './result-words.js'

const ROOT = new URL('../', import.meta.url)
const DOCS = new URL('docs/', ROOT)

function renderSettings(language: Language): string {
  const chinese = language === 'zh'
  const rows = entriesOf(SETTINGS).map(([name, { variable, description, fallbackText }]) => {
    const told = SETTINGS_IN_CHINESE[name]
    const meaning = chinese ? told.description : linkPages(description)
    const fallback = (chinese ? told.fallbackText : undefined) ?? fallbackText
    return `| \`${variable}\` | ${meaning.replaceAll('|', '\\|')} | ${fallback} |`
  })
  return [chinese ? '| 变量 | 含义 | 默认值 |' : '| variable | meaning | default |', '|---|---|---|', ...rows].join(
    '\n',
  )
}

/** Descriptions name pages from the project's folder; the table stands beside them. */
function linkPages(description: string): string {
  return description.replaceAll(/docs\/([\w-]+\.md)/g, '[$1]($1)')
}

function renderErrors(language: Language): string {
  const rows = entriesOf(ERRORS).map(([name, { code, status, message, meaning }]) => {
    return `| ${code} | \`${message}\` | ${status} | ${describeError(name, meaning, language)} |`
  })
  const heads =
    language === 'zh'
      ? '| 返回码 | message | 按返回码的 HTTP 状态码 | 含义 |'
      : '| code | message | HTTP status by code | meaning |'
  return [heads, '|---|---|---|---|', ...rows].join('\n')
}

function describeError(name: ErrorName, meaning: string, language: Language): string {
  return language === 'zh' ? ERRORS_IN_CHINESE[name] : meaning
}

/** Boundary code: an object literal has no keys but those that its type names. */
function entriesOf<T extends object>(table: T): readonly (readonly [keyof T, T[keyof T]])[] {
  return Object.entries(table) as [keyof T, T[keyof T]][]
}

export const BLOCKS_BY_NAME: ReadonlyMap<string, (language: Language) => string> = new Map(
  Object.entries({
    settings: renderSettings,
    errors: renderErrors,
    ...API_BLOCKS,
    ...CLI_BLOCKS,
    ...FALSE_CANDIDATE_BLOCKS,
    ...RESULT_BLOCKS,
  }),
)

/** A page with its generated blocks made anew: the text between `<!-- NAME -->` and `<!-- end of NAME -->`. */
export function withBlocks(page: string, language: Language = 'en'): string {
  return page.replace(/<!-- ([\w -]+) -->\n[\s\S]*?<!-- end of \1 -->/g, (_, name: string) => {
    const render = BLOCKS_BY_NAME.get(name)
    if (!render) throw new Error(`No block is called "${name}".`)
    return `<!-- ${name} -->\n${render(language)}\n<!-- end of ${name} -->`
  })
}

interface Document {
  readonly file: URL
  readonly found: string
  readonly wanted: string
}

/** Every page and every file that is generated as a whole, as it is and as it should be. */
export function readDocuments(): readonly Document[] {
  const pages = listPages().map((file) => {
    const found = readFileSync(file, 'utf8')
    return { file, found, wanted: withBlocks(found, languageOf(file)) }
  })
  return [...pages, ...readGenerated()]
}

/** The pages: those of the project's folder and of `docs/`. */
export function listPages(): readonly URL[] {
  const docs = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).map((name) => new URL(name, DOCS))
  const roots = readdirSync(ROOT).map((name) => new URL(name, ROOT))
  return [...roots, ...docs].filter(({ pathname }) => pathname.endsWith('.md'))
}

export function languageOf(file: URL): Language {
  return /\/zh-CN\/|\.zh-CN\.md$/.test(file.pathname) ? 'zh' : 'en'
}

/** Files that are made as a whole, by their names in `docs/`; those of benchmarks that were not run are left out. */
const GENERATED: Readonly<Record<string, () => string | undefined>> = {
  ...PLOTS,
  'openapi.json': renderOpenApi,
}

function readGenerated(): readonly Document[] {
  return Object.entries(GENERATED).flatMap(([name, make]) => {
    const wanted = make()
    const file = new URL(name, DOCS)
    return wanted === undefined ? [] : [{ file, wanted, found: existsSync(file) ? readFileSync(file, 'utf8') : '' }]
  })
}

if (process.argv.includes('--write')) {
  for (const { file, found, wanted } of readDocuments()) if (found !== wanted) writeFileSync(file, wanted)
}
