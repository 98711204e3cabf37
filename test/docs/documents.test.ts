import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readPages, readPlots, renderErrors, withBlocks } from '../../scripts/write-docs.js'
import { parseSignature } from '../../src/auth/signature.js'
import { parseManifest } from '../../src/model/pack-manifest.js'
import { createMetrics } from '../../src/ops/metrics.js'

describe('the documents', () => {
  const { readme, errors, performance } = readPages()

  it('list every setting and every error as the code has them', () => {
    expect(readme).toBe(withBlocks(readme))
    expect(readme).toContain('FACECOMPARE_PORT')
    expect(errors).toBe(renderErrors())
  })

  it('show what the benchmarks found', () => {
    expect(performance).toBe(withBlocks(performance))
    expect(performance).not.toContain('NaN')
    for (const { file, wanted, found } of readPlots()) expect(found, file.pathname).toBe(wanted)
  })

  it('name only npm scripts that exist', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
    const named = [...`${readme}${performance}`.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/g)].map(
      ([, name]) => name ?? '',
    )
    expect(named.length).toBeGreaterThan(5)
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(named))
  })

  it('tell of every metric of the service, and of no other', async () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    const told = [...page.matchAll(/`(facecompare_\w+)/g)].map(([, name = '']) => name)
    const names = (await createMetrics().names()).map((name) => name.replace(/_(bucket|sum|count)$/, ''))
    const own = names.filter((name) => name.startsWith('facecompare_'))
    expect([...new Set(told)].sort()).toEqual([...new Set(own)].sort())
  })

  it('show manifests that read well', () => {
    const page = readFileSync(new URL('../../docs/packs.md', import.meta.url), 'utf8')
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
