/**
 * Writes the parts of the documents that the code knows better: the settings in README.md and docs/errors.md.
 * `npm run docs`; a test fails while they are not up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { SETTINGS } from '../src/config.js'
import { ERRORS } from '../src/errors.js'

const README = new URL('../README.md', import.meta.url)
const ERRORS_PAGE = new URL('../docs/errors.md', import.meta.url)

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

/** The README with its table of settings replaced. */
export function withSettings(readme: string): string {
  return readme.replace(/(<!-- settings -->\n)[\s\S]*?(\n<!-- end of settings -->)/, `$1${renderSettings()}$2`)
}

export function readPages() {
  return { readme: readFileSync(README, 'utf8'), errors: readFileSync(ERRORS_PAGE, 'utf8') }
}

if (process.argv.includes('--write')) {
  writeFileSync(README, withSettings(readFileSync(README, 'utf8')))
  writeFileSync(ERRORS_PAGE, renderErrors())
}
