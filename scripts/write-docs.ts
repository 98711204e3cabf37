/**
 * Writes the parts of the documents that the code knows better: the settings in README.md, docs/errors.md, the fields in
 * docs/api.md with docs/openapi.json, and what the
 * benchmarks found (`bench/results`).
 * `npm run docs`; a test fails while they are not up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { SETTINGS } from '../src/config.js'
import { ERRORS } from '../src/errors.js'
import { API_BLOCKS, renderOpenApi } from './render-api.js'
import { BLOCKS, PLOTS } from './render-results.js'

const README = new URL('../README.md', import.meta.url)
const DOCS = new URL('../docs/', import.meta.url)
const ERRORS_PAGE = new URL('errors.md', DOCS)
const API_PAGE = new URL('api.md', DOCS)
const OPENAPI_FILE = new URL('openapi.json', DOCS)
const PERFORMANCE_PAGE = new URL('performance.md', DOCS)

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
  return Object.entries({ settings: renderSettings, ...API_BLOCKS, ...BLOCKS }).reduce((text, [name, render]) => {
    const block = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- end of ${name} -->)`)
    return block.test(text) ? text.replace(block, (_, begin, end) => `${begin}${render()}${end}`) : text
  }, page)
}

export function readPages() {
  return {
    readme: readFileSync(README, 'utf8'),
    errors: readFileSync(ERRORS_PAGE, 'utf8'),
    performance: readFileSync(PERFORMANCE_PAGE, 'utf8'),
    api: readFileSync(API_PAGE, 'utf8'),
    openApi: existsSync(OPENAPI_FILE) ? readFileSync(OPENAPI_FILE, 'utf8') : '',
  }
}

/** The plots that can be drawn, by their file, as they are and as they should be. */
export function readPlots() {
  return Object.entries(PLOTS).flatMap(([name, draw]) => {
    const wanted = draw()
    const file = new URL(name, DOCS)
    return wanted === undefined ? [] : [{ file, wanted, found: existsSync(file) ? readFileSync(file, 'utf8') : '' }]
  })
}

if (process.argv.includes('--write')) {
  const { readme, performance, api } = readPages()
  writeFileSync(README, withBlocks(readme))
  writeFileSync(PERFORMANCE_PAGE, withBlocks(performance))
  writeFileSync(ERRORS_PAGE, renderErrors())
  writeFileSync(API_PAGE, withBlocks(api))
  writeFileSync(OPENAPI_FILE, renderOpenApi())
  for (const { file, wanted } of readPlots()) writeFileSync(file, wanted)
}
