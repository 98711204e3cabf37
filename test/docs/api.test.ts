import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { GALLERY_SETTINGS } from '../../src/config/gallery-settings.js'
import { describeApi } from '../../src/openapi/document.js'
import { ALL_DOORS } from '../../src/openapi/doors.js'
import { CALLS } from '../../src/wires/tencent-image/wire.js'
import { createResponseChecks } from '../openapi/response-checks.js'
import { startGalleryService } from '../support/gallery-service.js'
import { listen, sign } from '../support/http-service.js'
import { extractSamples } from './samples.js'

const run = promisify(execFile)

/** The names and the types of all that an answer has. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(formOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, formOf(each)]))
}

describe('the reference of the API', () => {
  const api = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')

  const chinese = readFileSync(new URL('../../docs/zh-CN/api.md', import.meta.url), 'utf8')

  const samples = extractSamples('docs/api.md', api)

  it.each(CALLS.map(({ path }) => path))('tells of %s, in both languages', (path) => {
    const name = path.replace('/face/', '')
    for (const text of [api, chinese]) expect(text).toMatch(new RegExp(`\`(POST /face/)?${name}\``))
  })

  it('tells of every setting of the gallery', () => {
    for (const { variable } of Object.values(GALLERY_SETTINGS)) {
      if (variable === 'FACECOMPARE_ENCRYPT_TEMPLATES') continue
      for (const text of [api, chinese]) expect(text).toContain(`\`${variable}`)
    }
  })

  it('tells of every field', () => {
    for (const field of ['`return_faces`', '`data.similarity`', '`landmarks`', '`data.fail_flag`']) {
      expect(api).toContain(`| ${field} |`)
    }
  })

  it('shows answers as they are', () => {
    const checks = createResponseChecks(describeApi(ALL_DOORS))
    const answers = samples.filter(({ language }) => language === 'json').map(({ code }) => JSON.parse(code))
    const ofComparisons = answers.filter(({ data }) => 'similarity' in data || 'fail_flag' in data)
    expect(ofComparisons.map(({ code }) => code)).toEqual([0, -1101])
    for (const answer of ofComparisons) checks.expectExample('POST', '/face/compare', '200', answer)
  })

  it('has no sample but calls and answers', () => {
    const others = samples.filter(
      ({ language, code }) => !(language === 'json' || (language === 'sh' && /^curl /.test(code))),
    )
    expect(others).toEqual([])
  })

  it('shows calls that work', async (test) => {
    // The suite must pass on a machine that has only Node.
    if (!(await run('curl', ['--version']).catch(() => undefined))) test.skip('curl is not installed')
    const folder = mkdtempSync(join(tmpdir(), 'facecompare-calls-'))
    const { app, close } = await startGalleryService({ app: { statusAlways200: false } })
    try {
      const port = await listen(app)
      for (const name of ['a.jpg', 'b.jpg']) writeFileSync(join(folder, name), name)
      const answers: unknown[] = []
      for (const { language, code } of samples) {
        if (language === 'json') {
          const shown = JSON.parse(code)
          // Of a comparison the document shows one answer to several calls.
          if (!('similarity' in shown.data) && shown.code === 0)
            expect(formOf(answers.at(-1)), code).toEqual(formOf(shown))
          continue
        }
        const command = code.replace('127.0.0.1:8080', `127.0.0.1:${port}`)
        const { stdout } = await run('sh', ['-c', command], { cwd: folder, env: { ...process.env, SIGN: sign() } })
        answers.push(JSON.parse(stdout))
        expect(answers.at(-1), code).toMatchObject({ code: 0, message: 'OK' })
      }
      expect(answers.length).toBeGreaterThan(6)
    } finally {
      await close()
      rmSync(folder, { recursive: true })
    }
  })
})
