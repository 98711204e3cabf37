import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BLOCKS_BY_NAME, readDocuments, withBlocks } from '../../scripts/write-docs.js'
import { ERRORS } from '../../src/errors.js'
import { createMetrics } from '../../src/ops/metrics.js'
import { parseManifest } from '../../src/packs/manifest.js'
import { SOURCES } from '../../tools/sources.js'

const DOCUMENTS = readDocuments()
const SOURCE = new URL('../../src/', import.meta.url)

function readPage(name: string): string {
  const page = DOCUMENTS.find(({ file }) => file.pathname.endsWith(`/${name}`))
  if (!page) throw new Error(`There is no ${name}.`)
  return page.found
}

describe('the documents', () => {
  it.each(DOCUMENTS.map(({ file, ...page }) => ({ name: file.pathname.split('/').at(-1), ...page })))(
    '$name is as the code and the benchmarks have it',
    ({ found, wanted }) => {
      expect(found).toBe(wanted)
      expect(found).not.toContain('NaN')
    },
  )

  it.each([...BLOCKS_BY_NAME])('show the block "%s"', (name, render) => {
    for (const text of new Set([render('en'), render('zh')])) {
      const block = `<!-- ${name} -->\n${text}\n<!-- end of ${name} -->`
      expect(DOCUMENTS.some(({ found }) => found.includes(block))).toBe(true)
    }
  })

  it('tell of every folder of the source, and of no other', () => {
    const told = [...readPage('CONTRIBUTING.md').matchAll(/^\| (`src[^|]*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`src\/([\w.-]+)\/?`/g)].map(([, name = '']) => name),
    )
    expect(told.sort()).toEqual(readdirSync(SOURCE).sort())
  })

  it('have no block that is made of nothing', () => {
    expect(() => withBlocks('<!-- nothing -->\n<!-- end of nothing -->')).toThrow('nothing')
    expect(withBlocks('<!-- settings -->\n<!-- end of settings -->')).toContain('FACECOMPARE_PORT')
  })

  it('name all npm scripts that exist, and no other', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
    const named = DOCUMENTS.flatMap(({ found }) =>
      [...found.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:-]+)/g)].map(([, name = '']) => name),
    )
    const unnamed = Object.keys(manifest.scripts).filter((name) => !named.includes(name))
    expect([named.filter((name) => !(name in manifest.scripts)), unnamed]).toEqual([[], []])
  })

  it('tell of every metric of the service, and of no other', async () => {
    const page = readPage('operations.md')
    const told = [...page.matchAll(/`(facecompare_\w+)/g)].map(([, name = '']) => name)
    const names = (await createMetrics().names()).map((name) => name.replace(/_(bucket|sum|count)$/, ''))
    const own = names.filter((name) => name.startsWith('facecompare_'))
    expect([...new Set(told)].sort()).toEqual([...new Set(own)].sort())
  })

  it.each(['library.md', 'client.md'])('tell in %s of everything that can be imported', async (name) => {
    const module = name === 'client.md' ? await import('../../src/client/index.js') : await import('../../src/index.js')
    for (const page of [`docs/${name}`, `zh-CN/${name}`]) {
      const text = readPage(page)
      expect(
        Object.keys(module).filter((exported) => !text.includes(exported)),
        page,
      ).toEqual([])
    }
  })

  it('show manifests that read well', () => {
    const page = readPage('packs.md')
    const blocks = [...page.matchAll(/```json\n(\{[\s\S]*?)```/g)].map(([, text = '']) => text)
    const names = blocks.map((text) => {
      return parseManifest(JSON.parse(text.replaceAll('SHA-256 OF THE FILE', '0'.repeat(64)))).name
    })
    expect(names).toEqual(['sface', 'buffalo_l', 'adaface', 'both', 'whole'])
  })

  it('say which codes are never sent', async () => {
    const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /(?<!^errors)\.ts$/.test(name) && !/^openapi.failures\.ts$/.test(name),
    )
    const code = sources.map((name) => readFileSync(new URL(name, SOURCE), 'utf8')).join('')
    const silent = Object.entries(ERRORS).filter(([name]) => !code.includes(`'${name}'`))
    const codes = silent.map(([, { code }]) => code)
    for (const page of ['docs/errors.md', 'zh-CN/errors.md']) {
      const told = [...readPage(page).matchAll(/^- (-?\d+)[:：]/gm)].map(([, code]) => Number(code))
      expect(told, page).toEqual(codes)
    }
  })

  it('name package, file, hash and licence of all weights', () => {
    const notice = readFileSync(new URL('../NOTICE', SOURCE), 'utf8')
    for (const [name, path, sha256] of Object.values(SOURCES)) {
      const folder = new URL(`../node_modules/${name}/`, SOURCE)
      const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
      const entry = notice.split(`\n${name} ${version} (MIT`)[1] ?? ''
      expect(entry).toContain(path)
      expect(entry).toContain(sha256)
      expect(entry).toContain(readFileSync(new URL('LICENSE', folder), 'utf8').trim())
    }
  })

  it('name files of the project that are there', () => {
    const named = DOCUMENTS.flatMap(({ found }) =>
      [...found.matchAll(/`((?:test|src|scripts|bench|deploy|tools|support|packs\/default)\/[\w./-]+\w)`/g)].map(
        ([, path = '']) => path,
      ),
    )
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((path) => !existsSync(new URL(`../${path}`, SOURCE)))).toEqual([])
  })

  it('link to pages and headings that are there', () => {
    const broken = DOCUMENTS.filter(({ file }) => file.pathname.endsWith('.md')).flatMap(({ file, found }) =>
      findLinks(found)
        .filter((link) => !leadsSomewhere(link, file))
        .map((link) => `${file.pathname}: ${link}`),
    )
    expect(broken).toEqual([])
  })

  it('name their sisters at the top', () => {
    const pages = DOCUMENTS.filter(({ file }) => /\/(docs\/.*|README.*)\.md$/.test(file.pathname))
    expect(pages.length).toBeGreaterThan(20)
    const lonely = pages.filter(({ file, found }) => {
      const [, link = ''] = /^# .+\n\n\[(?:中文|English)\]\(([^)]+)\)\n/.exec(found) ?? []
      return new URL(link, file).pathname !== sisterOf(file.pathname)
    })
    expect(lonely.map(({ file }) => file.pathname)).toEqual([])
  })
})

/** The same page in the other language. */
function sisterOf(path: string): string {
  if (path.includes('/docs/zh-CN/')) return path.replace('/docs/zh-CN/', '/docs/')
  if (path.includes('/docs/')) return path.replace('/docs/', '/docs/zh-CN/')
  return path.endsWith('README.md') ? path.replace(/md$/, 'zh-CN.md') : path.replace('zh-CN.md', 'md')
}

/** Targets of links and pictures inside the project; code is not looked at. */
function findLinks(page: string): readonly string[] {
  const text = page.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((link) => !/^https?:/.test(link))
}

function leadsSomewhere(link: string, page: URL): boolean {
  const target = new URL(link, page)
  const file = new URL(target)
  file.hash = ''
  if (!existsSync(file)) return false
  if (target.hash === '') return true
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => toAnchor(heading))
  return headings.includes(decodeURIComponent(target.hash.slice(1)))
}

/** As GitHub makes it of a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}
