import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeApi } from '../../src/openapi/document.js'
import { createResponseChecks } from '../openapi/response-checks.js'
import { listen, sign, startApp } from '../support/http-service.js'
import { extractSamples } from './samples.js'

const run = promisify(execFile)

describe('the reference of the API', () => {
  const api = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')

  const samples = extractSamples('docs/api.md', api)

  it('tells of every field', () => {
    for (const field of ['`return_faces`', '`data.similarity`', '`landmarks`', '`data.fail_flag`']) {
      expect(api).toContain(`| ${field} |`)
    }
  })

  it('shows answers as they are', () => {
    const checks = createResponseChecks(describeApi())
    const answers = samples.filter(({ language }) => language === 'json').map(({ code }) => JSON.parse(code))
    expect(answers.map(({ code }) => code)).toEqual([0, -1101])
    for (const answer of answers) checks.expectExample('POST', '/face/compare', '200', answer)
  })

  it('has no sample but calls and answers', () => {
    const others = samples.filter(
      ({ language, code }) => !(language === 'json' || (language === 'sh' && /^curl /.test(code))),
    )
    expect(others).toEqual([])
  })

  it('shows calls that work', async (test) => {
    const calls = samples.filter(({ language }) => language === 'sh').map(({ code }) => code)
    expect(calls.length).toBeGreaterThan(2)
    // The suite must pass on a machine that has only Node.
    if (!(await run('curl', ['--version']).catch(() => undefined))) test.skip('curl is not installed')
    const folder = mkdtempSync(join(tmpdir(), 'facecompare-calls-'))
    const app = await startApp()
    try {
      const port = await listen(app)
      for (const name of ['a.jpg', 'b.jpg']) writeFileSync(join(folder, name), name)
      for (const call of calls) {
        const command = call.replace('127.0.0.1:8080', `127.0.0.1:${port}`)
        const { stdout } = await run('sh', ['-c', command], { cwd: folder, env: { ...process.env, SIGN: sign() } })
        expect(JSON.parse(stdout), call).toMatchObject({ code: 0, message: 'OK' })
      }
    } finally {
      await app.close()
      rmSync(folder, { recursive: true })
    }
  })
})
