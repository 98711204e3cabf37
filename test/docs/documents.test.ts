import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { BLOCKS_BY_NAME, readDocuments, withBlocks } from '../../scripts/write-docs.js'
import { parseSignature } from '../../src/auth/signature.js'
import { parseManifest } from '../../src/model/pack-manifest.js'
import { createMetrics } from '../../src/ops/metrics.js'

const DOCUMENTS = readDocuments()

function readPage(name: string): string {
  const page = DOCUMENTS.find(({ file }) => file.pathname.endsWith(`/${name}`))
  if (!page) throw new Error(`There is no ${name}.`)
  return page.found
}

describe('the documents', () => {
  const readme = readPage('README.md')

  it.each(DOCUMENTS.map(({ file, ...page }) => ({ name: file.pathname.split('/').at(-1), ...page })))(
    '$name is as the code and the benchmarks have it',
    ({ found, wanted }) => {
      expect(found).toBe(wanted)
      expect(found).not.toContain('NaN')
    },
  )

  it.each([...BLOCKS_BY_NAME])('show the block "%s"', (name, render) => {
    const block = `<!-- ${name} -->\n${render()}\n<!-- end of ${name} -->`
    expect(DOCUMENTS.some(({ found }) => found.includes(block))).toBe(true)
  })

  it('have no block that is made of nothing', () => {
    expect(() => withBlocks('<!-- nothing -->\n<!-- end of nothing -->')).toThrow('nothing')
    expect(withBlocks('<!-- settings -->\n<!-- end of settings -->')).toContain('FACECOMPARE_PORT')
  })

  it('name only npm scripts that exist', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
    const named = [
      ...`${readme}${readPage('performance.md')}`.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/g),
    ].map(([, name]) => name ?? '')
    expect(named.length).toBeGreaterThan(5)
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(named))
  })

  it('tell of every metric of the service, and of no other', async () => {
    const page = readPage('operations.md')
    const told = [...page.matchAll(/`(facecompare_\w+)/g)].map(([, name = '']) => name)
    const names = (await createMetrics().names()).map((name) => name.replace(/_(bucket|sum|count)$/, ''))
    const own = names.filter((name) => name.startsWith('facecompare_'))
    expect([...new Set(told)].sort()).toEqual([...new Set(own)].sort())
  })

  it('show manifests that read well', () => {
    const page = readPage('packs.md')
    const blocks = [...page.matchAll(/```json\n(\{[\s\S]*?)```/g)].map(([, text = '']) => text)
    const names = blocks.map((text) => {
      return parseManifest(JSON.parse(text.replaceAll('SHA-256 OF THE FILE', '0'.repeat(64)))).name
    })
    expect(names).toEqual(['sface', 'buffalo_l', 'adaface'])
  })

  it('show a signature in Python that is well formed', () => {
    const [, code = ''] = /```python\n([\s\S]*?)```/.exec(readme) ?? []
    expect(code).toContain('def sign(')
    const python = ['python3', 'python'].find((name) => {
      try {
        execFileSync(name, ['--version'], { stdio: 'ignore' })
        return true
      } catch {
        return false
      }
    })
    // The suite must pass on a machine that has only Node.
    if (!python) return
    const printed = execFileSync(python, ['-c', `${code}\nprint(sign("1", "AKIDx", "key"))`], { encoding: 'utf8' })
    expect(parseSignature(printed.trim(), { maxSignSeconds: 600 })).toMatchObject({ appid: '1', secretId: 'AKIDx' })
  })
})
