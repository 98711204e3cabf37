import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { languageOf, listPages } from '../../scripts/write-docs.js'
import { createProgram } from '../../src/cli/program.js'
import { BOOTSTRAP, type RunningService, startService } from '../support/service.js'
import { type Desk, INTERPRETERS, isInstalled, prepareDesk } from './sample-runner.js'
import { type Directive, extractSamples, findOwnTest, identify, type Sample } from './samples.js'

/**
 * Every command and every piece of code in the documents is run, or says in a comment before it why not. Samples of a language
 * that is not on this machine are reported as skipped, with the name of the program; with TEST_SAMPLES=all they fail.
 */
const PAGES = listPages().map((file) => {
  const name = file.pathname.includes('/docs/') ? file.pathname.replace(/.*\/docs\//, 'docs/') : basename(file.pathname)
  const text = readFileSync(file, 'utf8')
  return { name, text, language: languageOf(file), samples: extractSamples(name, text) }
})
const ALL = process.env.TEST_SAMPLES === 'all'

/** Samples of the English pages in the order of the pages, and those that only a Chinese page has. */
function chooseSamples(): ReadonlyMap<string, readonly Sample[]> {
  const seen = new Set<string>()
  const common = PAGES.filter(({ text }) => findOwnTest(text) === undefined)
  const english = common.filter(({ language }) => language === 'en')
  for (const { samples } of english) for (const sample of samples) seen.add(identify(sample))
  const chinese = common
    .filter(({ language }) => language === 'zh')
    .map((page) => {
      return { ...page, samples: page.samples.filter((sample) => !seen.has(identify(sample))) }
    })
  const pages = [...english, ...chinese].filter(({ samples }) => samples.length > 0)
  return new Map(pages.map(({ name, samples }) => [name, samples]))
}

function isRunnable({ language, directive }: Sample): boolean {
  return isElsewhere(directive) || language === 'json' || language in INTERPRETERS
}

function isElsewhere({ kind }: Directive): boolean {
  return kind === 'not run' || kind === 'page' || kind === 'mini-program'
}

function toEnglish(name: string): string {
  return name.replace('zh-CN/', '').replace('.zh-CN', '')
}

describe('the samples of the documents', () => {
  it('are of languages that are run, or say why they are not', () => {
    const others = PAGES.flatMap(({ samples }) => samples.filter((sample) => !isRunnable(sample)))
    expect(others.map(({ page, line, language }) => `${page}:${line} ${language}`)).toEqual([])
  })

  it('of a page with a test of its own are read by that test', () => {
    for (const { name, text, samples } of PAGES) {
      const test = findOwnTest(text)
      if (test === undefined) continue
      // It reads the page (its Chinese sister has the same samples), and every block of a language that is tested.
      const source = readFileSync(new URL(`../../${test}`, import.meta.url), 'utf8')
      expect(source, name).toContain(`'../../${toEnglish(name)}'`)
      expect(source, name).toContain('extractSamples(')
      expect(samples.length, name).toBeGreaterThan(0)
    }
  })

  it('are found, with what the comment before them says', () => {
    const page =
      '<!-- sample: not run: needs a cluster -->\n\n```yaml\na: 1\n```\n\n1. x\n   ```sh\n   echo a\n   ```\n```\nprinted\n```'
    expect(extractSamples('page', page)).toEqual([
      {
        page: 'page',
        line: 3,
        language: 'yaml',
        code: 'a: 1\n',
        directive: { kind: 'not run', reason: 'needs a cluster' },
      },
      { page: 'page', line: 8, language: 'sh', code: 'echo a\n', directive: { kind: 'run', endsWith: 0 } },
    ])
    expect(() => extractSamples('page', '<!-- sample: not run: -->\n```sh\na\n```')).toThrow('page:2')
    expect(() => extractSamples('page', '```sh\na')).toThrow('does not end')
  })
})

describe('a Chinese page', () => {
  const chinese = PAGES.filter(({ language }) => language === 'zh')
  const sisters = chinese.map(({ name, text, samples }) => {
    return { name, text, samples, english: PAGES.find((page) => page.name === toEnglish(name)) }
  })

  it.each(sisters)('$name has the samples of its sister', ({ samples, english }) => {
    expect(samples.map(identify)).toEqual(english?.samples.map(identify))
  })

  it.each(sisters)('$name has the sections, and in its tables the names, of its sister', ({ text, english }) => {
    expect(listLevels(text)).toEqual(listLevels(english?.text ?? ''))
    expect(listNames(text)).toEqual(listNames(english?.text ?? ''))
  })

  it('is there for each page of docs/', () => {
    const names = PAGES.filter(({ name, language }) => language === 'en' && /^(docs\/|README)/.test(name))
    const missing = names.filter(({ name }) => !sisters.some(({ english }) => english?.name === name))
    expect(missing.map(({ name }) => name)).toEqual([])
  })
})

/** The levels of the headings, one after the other. */
function listLevels(text: string): readonly string[] {
  return [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^(#+) /gm)].map(([, level = '']) => level)
}

/** What stands as code in the first column of tables. */
function listNames(text: string): readonly string[] {
  const cells = [...text.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe('commands within a sentence, or in a block of which only what it prints is shown', () => {
  /** `facecompare NAME ...` in any page, as `NAME` and the options that it is shown with. */
  const commands = new Map<string, Set<string>>()
  for (const { text } of PAGES) {
    for (const [, words = ''] of text.matchAll(/(?:`|^\s*(?:\$ )?)(?:npx )?facecompare ([a-z][^`\n]*)/gm)) {
      const [name = '', second = ''] = words.split(' ')
      const command = ['keys', 'models'].includes(name) && /^[a-z]+$/.test(second) ? `${name} ${second}` : name
      const options = commands.get(command) ?? new Set()
      for (const [option] of words.matchAll(/--[a-z-]+/g)) options.add(option)
      commands.set(command, options)
    }
  }

  it.each([...commands])('facecompare %s', (name, options) => {
    const help = findCommand(createProgram(), name.split(' ')).helpInformation()
    for (const option of options) expect(help).toContain(option)
  })
})

describe('running', () => {
  let service: RunningService
  const absent = Object.keys(INTERPRETERS).filter((language) => !isInstalled(language))
  beforeAll(async () => {
    service = await startService({ ...BOOTSTRAP, FACECOMPARE_GALLERY: '1' })
  })
  afterAll(async () => {
    await service?.stop()
  })

  for (const [page, samples] of chooseSamples()) {
    describe(page, () => {
      let desk: Desk
      let printed = ''
      beforeAll(async () => {
        desk = await prepareDesk(service)
      })
      afterAll(() => desk?.clear())

      for (const sample of samples) {
        const { line, language, directive } = sample
        if (isElsewhere(directive)) continue
        it(`line ${line}, ${language}`, async (test) => {
          if (language === 'json') {
            checkJson(sample, printed)
            return
          }
          if (absent.includes(language)) {
            const why = `${INTERPRETERS[language]?.program} is not installed`
            expect(ALL, why).toBe(false)
            test.skip(why)
          }
          if (directive.kind !== 'run') {
            await desk.start(sample)
            return
          }
          const { code, stdout, stderr } = await desk.run(sample)
          expect({ code, stderr: code === directive.endsWith ? '' : stderr }).toEqual({
            code: directive.endsWith,
            stderr: '',
          })
          if (sample.code.includes('/face/compare')) expect(stdout, stderr).toMatch(/"similarity":\d|^\d+(\.\d+)?$/m)
          printed = stdout
        })
      }
    })
  }
})

/** JSON must be JSON, and an answer must have the keys that the service's own has. */
function checkJson({ code, directive }: Sample, printed: string): void {
  const shown: unknown = JSON.parse(code)
  if (directive.kind !== 'answer') return
  expect(listKeys(shown)).toEqual(listKeys(JSON.parse(printed)))
}

function listKeys(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...listKeys(inner).map((name) => `${key}.${name}`)])
}

function findCommand(program: Command, names: readonly string[]): Command {
  return names.reduce((parent, name) => {
    const child = parent.commands.find((command) => command.name() === name)
    if (!child) throw new Error(`There is no command facecompare ${names.join(' ')}.`)
    return child
  }, program)
}
