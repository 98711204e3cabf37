import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyzePicture } from '../../src/cli/compare.js'
import { describeFace, explainJson } from '../../src/cli/comparison-json.js'
import { formatPair } from '../../src/cli/comparison-text.js'
import { explainIn } from '../../src/cli/error-words.js'
import { WORDS } from '../../src/cli/words.js'
import { readConfig } from '../../src/config.js'
import { compareChecked } from '../../src/engine/require-quality.js'
import { openEmbeddingCache } from '../../src/evaluation/embedding-cache.js'
import { QUALITY_REASONS, type Quality } from '../../src/pipeline/quality.js'
import { cutPerson } from '../../support/sample-people.js'
import { createFakeEngine } from '../support/http-service.js'
import { runHere } from '../support/run-here.js'

const engine = createFakeEngine()
const config = readConfig({})
let folder: string
const path = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  // Words that the fake engine knows.
  for (const name of ['blurred', 'dim', 'plain', 'unmeasured']) await writeFile(path(name), name)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const analyze = (name: string, minQuality?: number) =>
  analyzePicture(path(name), engine, { config, ...(minQuality === undefined ? {} : { minQuality }) })

async function print(a: string, b: string, language: 'en' | 'zh', minQuality?: number): Promise<string> {
  const pictures = [await analyze(a, minQuality), await analyze(b, minQuality)] as const
  const comparison = compareChecked(engine, pictures[0].face, pictures[1].face, { minQuality })
  const words = WORDS[language]
  return formatPair(comparison, pictures, { threshold: 70, minQuality, modelPack: undefined, words }).join('\n')
}

describe('a face that is shown too poorly', () => {
  it('is told with the name of its picture, in either language', async () => {
    const error: unknown = await analyze('blurred').catch((reason: unknown) => reason)
    expect(explainIn('en', error)).toBe(
      `${path('blurred')}: The face is too blurred and dark to be compared: quality 1.23 of at least 3.`,
    )
    expect(explainIn('zh', error)).toBe(`${path('blurred')}: 人脸模糊、过暗，无法比对：质量 1.23，至少需要 3。`)
  })

  it('is told without a reason where none was seen', async () => {
    await writeFile(path('poor'), 'poor')
    const error: unknown = await analyze('poor').catch((reason: unknown) => reason)
    expect(explainIn('zh', error)).toMatch(/人脸质量过低，无法比对：质量 2\.99，至少需要 3。$/)
  })

  it('is an error of its code for scripts, with the quality', async () => {
    const error: unknown = await analyze('dim', 50).catch((reason: unknown) => reason)
    expect(explainJson(error)).toEqual({
      code: -1103,
      detail: `${path('dim')}: The face is too dark to be compared: quality 40 of at least 50.`,
      quality: { score: 40, reasons: ['dark'] },
    })
  })
})

describe('two pictures', () => {
  it('are warned of where something is wrong with one', async () => {
    const text = await print('plain', 'dim', 'en')
    expect(text).toMatch(/^quality +90\.00 +40\.00$/m)
    expect(text).toMatch(/^the face in picture B is dark: take it again if you can$/m)
    expect(text).not.toContain('picture A')
    expect(text).not.toContain('not checked')
    expect(await print('dim', 'plain', 'zh')).toMatch(/^图片 A 的人脸过暗，有条件请重拍$/m)
  })

  it('say so where nothing was refused', async () => {
    expect(await print('blurred', 'plain', 'en', 0)).toMatch(
      /^the face in picture A is blurred and dark: .*\nquality was not checked: poor pictures of strangers may score as high$/m,
    )
    expect(await print('blurred', 'plain', 'zh', 0)).toMatch(/^未检查质量：陌生人的劣质图片也可能得到这样高的分数$/m)
    expect(await print('plain', 'plain', 'en', 50)).not.toContain('not checked')
  })

  it('have no line of quality where the pack cannot tell', async () => {
    expect(await print('unmeasured', 'unmeasured', 'en')).not.toContain('quality')
    expect(await print('unmeasured', 'plain', 'en')).toMatch(/^quality +- +90\.00$/m)
  })

  it('have words for everything that can be wrong', () => {
    expect(WORDS.en.flaws(QUALITY_REASONS)).toBe('small, blurred, dark, over-exposed, covered, turned away and cut off')
    expect(WORDS.zh.flaws(QUALITY_REASONS)).toBe('过小、模糊、过暗、过曝、被遮挡、偏转过大、不完整')
  })

  it('have the quality for scripts', async () => {
    const { face } = await analyze('dim')
    expect(describeFace(face)).toMatchObject({ quality: { score: 40, reasons: ['dark'] } })
  })
})

describe('many pictures', () => {
  const PEOPLE = {
    'man/1.jpg': 'man',
    'man/2.jpg': 'manAgain',
    'woman/1.jpg': 'womanInBar',
    'woman/2.jpg': 'womanAtParty',
  }
  const POOR: Quality = { score: 2.5, reasons: ['blurred'] }
  let cache: readonly string[]

  /** Faces are kept with their quality: those of the second man are replaced by poorer ones. */
  beforeAll(async () => {
    const kept = path('kept.cache')
    cache = ['--cache', kept]
    for (const [name, who] of Object.entries(PEOPLE)) {
      await mkdir(path(`people/${name.split('/')[0]}`), { recursive: true })
      await writeFile(path(`people/${name}`), await cutPerson(who as Parameters<typeof cutPerson>[0]))
    }
    const { stdout } = await runHere(['dedupe', path('people'), '--json', ...cache])
    const { packId } = JSON.parse(stdout)
    const hashOf = async (name: string) =>
      createHash('sha256')
        .update(await readFile(path(name)))
        .digest('hex')
    const open = await openEmbeddingCache(kept)
    for (const [name, quality] of [
      ['man/1.jpg', { score: 80, reasons: [] }],
      ['man/2.jpg', POOR],
      ['woman/1.jpg', { score: 70, reasons: [] }],
      ['woman/2.jpg', { score: 60, reasons: [] }],
    ] as const) {
      const hash = await hashOf(`people/${name}`)
      const outcome = await open.get(packId, hash)
      if (!outcome || !('face' in outcome)) throw new Error(`Expected a face of ${name} in the cache`)
      await open.put(packId, hash, { face: { ...outcome.face, quality } })
    }
    await open.close()
  })

  it('dedupe groups none that is shown too poorly, and says why', async () => {
    const args = ['dedupe', path('people'), ...cache, '--min-quality', '3', '--threshold', '70']
    const found = await runHere([...args, '--json'])
    expect(JSON.parse(found.stdout)).toMatchObject({
      groups: [{ pictures: ['woman/1.jpg', 'woman/2.jpg'] }],
      alone: ['man/1.jpg'],
      failed: [{ picture: 'man/2.jpg', kind: 'QUALITY_TOO_LOW', quality: POOR }],
    })
    const { stdout, stderr } = await runHere([...args, '--lang', 'zh'])
    expect(stderr).toBe('facecompare: man/2.jpg: 人脸模糊，无法比对：质量 2.5，至少需要 3。\n')
    expect(stdout).toContain('1 张图片没有可比对的人脸')
    const all = await runHere(['dedupe', path('people'), ...cache, '--min-quality', '0', '--threshold', '70', '--json'])
    expect(JSON.parse(all.stdout)).toMatchObject({ failed: [], alone: [] })
  })

  it('compare and eval say so where nothing is refused', async () => {
    const pair = [path('people/man/1.jpg'), path('people/woman/1.jpg')]
    const two = await runHere(['compare', ...pair, '--min-quality', '0', '--json'])
    expect(JSON.parse(two.stdout)).toMatchObject({ match: false, qualityChecked: false })
    const [probe = ''] = pair
    const many = await runHere(['compare', probe, path('people'), '--min-quality', '0'])
    expect(many.stdout).toMatch(/\nquality was not checked: poor pictures of strangers may score as high\n$/)
    const all = await runHere(['eval', path('people'), ...cache, '--min-quality', '0', '--hardest', '0'])
    expect(all.stderr).toContain('facecompare: quality was not checked')
    expect(all.stdout).toMatch(/^pictures +4, 0 without a face that could be used$/m)
  })

  it('compare takes no other number', async () => {
    for (const wrong of ['101', '-1', 'x']) {
      const { code, stderr } = await runHere(['compare', 'a.jpg', 'b.jpg', '--min-quality', wrong])
      expect([code, stderr]).toEqual([2, expect.stringContaining('Expected a number from 0 to 100')])
    }
  })

  it('eval counts those that are shown too poorly apart', async () => {
    const { code, stdout } = await runHere(['eval', path('people'), ...cache, '--min-quality', '3', '--hardest', '0'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^pictures +4, 0 without a face that could be used, 1 shown too poorly$/m)
    expect(stdout).toMatch(/^genuine pairs +2 \(1 not compared\)$/m)
    expect(stdout).toContain('man/2.jpg: The face is too blurred to be compared: quality 2.5 of at least 3.')
  })
})
