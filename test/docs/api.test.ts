import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readDocuments } from '../../scripts/write-docs.js'
import { describeApi } from '../../src/openapi/document.js'
import { createResponseChecks } from '../openapi/response-checks.js'
import { listen, sign, startApp } from '../support/http-service.js'

const run = promisify(execFile)

describe('the reference of the API', () => {
  const api = readDocuments().find(({ file }) => file.pathname.endsWith('/docs/api.md'))?.found ?? ''

  it('tells of every field', () => {
    for (const field of ['`return_faces`', '`data.similarity`', '`landmarks`', '`data.fail_flag`']) {
      expect(api).toContain(`| ${field} |`)
    }
  })

  it('shows answers as they are', () => {
    const checks = createResponseChecks(describeApi())
    const answers = [...api.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text))
    expect(answers.map(({ code }) => code)).toEqual([0, -1101])
    for (const answer of answers) checks.expectExample('POST', '/face/compare', '200', answer)
  })

  it('shows calls that work', async () => {
    const calls = [...api.matchAll(/```sh\n(curl [\s\S]*?)```/g)].map(([, text = '']) => text)
    expect(calls.length).toBeGreaterThan(2)
    // The suite must pass on a machine that has only Node.
    if (!(await run('curl', ['--version']).catch(() => undefined))) return
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
