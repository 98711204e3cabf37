import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../src/errors.js'
import { CHINESE } from '../../src/web/texts/chinese.js'
import { ENGLISH } from '../../src/web/texts/english.js'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** All of the service's own code, without the table of errors. */
function readSources(): string {
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter(
      ({ name, parentPath }) =>
        name.endsWith('.ts') && name !== 'errors.ts' && !/\b(web|openapi)\b/.test(parentPath.slice(SRC.length)),
    )
    .map(({ name, parentPath }) => readFileSync(join(parentPath, name), 'utf8'))
  return files.join('\n')
}

/** Every text with the places in it that are filled in. */
function placesOf(texts: object): readonly string[] {
  return Object.entries(texts).flatMap(([name, value]): string[] => {
    if (typeof value === 'string') return [`${name}: ${(value.match(/\{\w+\}/g) ?? []).toSorted().join(' ')}`]
    return typeof value === 'object' && value !== null ? placesOf(value).map((place) => `${name}.${place}`) : []
  })
}

describe('the texts of the page', () => {
  it('have a sentence for every code that the service answers with', () => {
    const sources = readSources()
    const thrown = Object.entries(ERRORS).filter(([name]) => sources.includes(`'${name}'`))
    expect(thrown.length).toBeGreaterThan(20)
    for (const [, { code }] of thrown) expect(ENGLISH.failures).toHaveProperty(String(code))
  })

  it('say the same in both languages', () => {
    expect(placesOf(CHINESE)).toEqual(placesOf(ENGLISH))
  })
})
