import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson, GROUP_PHOTO } from '../../scripts/sample-people.js'
import { runCli } from '../support/service.js'

let folder: string
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  await writeFile(file('man.jpg'), await cutPerson('man'))
  await writeFile(file('again.jpg'), await cutPerson('manAgain'))
  await writeFile(file('woman.jpg'), await cutPerson('womanInBar'))
  await writeFile(file('text.jpg'), 'no picture')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('facecompare compare', () => {
  it('ends with 0 for a match and prints a table', async () => {
    const { code, stdout } = await runCli(['compare', file('man.jpg'), file('again.jpg')])
    expect(stdout).toMatch(
      /^similarity +\d+\.\d\d\neyebrows +\d+\.\d\d\neyes .*\nnose .*\nmouth .*\nmatch at a threshold of 70\n/,
    )
    expect(code).toBe(0)
  })

  it('ends with 1 for no match, as JSON as well', async () => {
    const { code, stdout } = await runCli(['compare', file('man.jpg'), file('woman.jpg'), '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ match: false, threshold: 70, faceA: { faceCount: 1 } })
  })

  it('takes the threshold that it is given', async () => {
    expect((await runCli(['compare', file('man.jpg'), file('woman.jpg'), '--threshold', '0'])).code).toBe(0)
    const wrong = await runCli(['compare', file('man.jpg'), file('woman.jpg'), '--threshold', '101'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Expected a number from 0 to 100')])
  })

  it('says how many faces a picture shows', async () => {
    const { stdout } = await runCli(['compare', GROUP_PHOTO, file('woman.jpg')])
    expect(stdout).toContain('picture A shows')
  })

  it.each([
    ['a file that is not there', 'missing.jpg', /missing\.jpg: There is no file/],
    ['a text file', 'text.jpg', /text\.jpg: Expected a JPEG/],
    ['a folder', '', /Expected a file but received a folder/],
  ])('ends with 2 and one sentence for %s', async (_name, name, sentence) => {
    const { code, stderr } = await runCli(['compare', file('man.jpg'), file(name)])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(sentence)
  })

  it('reports errors as JSON with their code when asked', async () => {
    const { code, stdout } = await runCli(['compare', file('text.jpg'), file('man.jpg'), '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: -1400, detail: expect.stringContaining('text.jpg') } })
  })

  it('ends with 2 and shows the way for a wrong call', async () => {
    const { code, stderr } = await runCli(['compare', file('man.jpg')])
    expect(code).toBe(2)
    expect(stderr).toContain("missing required argument 'B'")
  })
})

describe('facecompare', () => {
  it.each([[['--help']], [['keys', '--help']], [['compare', '--help']], [['sign', '--help']]])(
    '%s helps',
    async (args) => {
      const { code, stdout } = await runCli(args)
      expect(code).toBe(0)
      expect(stdout).toContain('Usage: facecompare')
    },
  )

  it('keys: makes a link to the page, with the key in it', async () => {
    const env = { FACECOMPARE_DATA_DIR: join(folder, 'linked') }
    const { stdout } = await runCli(['keys', 'create', '--link', 'https://faces.example/'], env)
    const [, secretId, secretKey] = /SecretId +(\S+)\nSecretKey +(\S+)\n/.exec(stdout) ?? []
    const [, fields = ''] = /link +https:\/\/faces\.example\/#(\S+)\n$/.exec(stdout) ?? []
    expect(Object.fromEntries(new URLSearchParams(fields))).toMatchObject({ secretId, secretKey })
    const here = await runCli(['keys', 'create', '--link', '--json'], { ...env, FACECOMPARE_PORT: '9000' })
    expect(JSON.parse(here.stdout)).toMatchObject({
      link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9000\/#appid=/),
    })
  })

  it('keys: makes, lists without secrets, revokes once', async () => {
    const env = { FACECOMPARE_DATA_DIR: join(folder, 'data') }
    const made: unknown = JSON.parse((await runCli(['keys', 'create', '--json'], env)).stdout)
    expect(made).toMatchObject({
      appid: expect.any(String),
      secretId: expect.any(String),
      secretKey: expect.any(String),
    })
    const { secretId = '', secretKey = '' } = made as { secretId?: string; secretKey?: string }
    const listed = await runCli(['keys', 'list', '--json'], env)
    expect(listed.stdout).toContain(secretId)
    expect(listed.stdout).not.toContain(secretKey)
    expect((await runCli(['keys', 'revoke', secretId], env)).code).toBe(0)
    expect(await runCli(['keys', 'revoke', secretId], env)).toMatchObject({ code: 2, stdout: '' })
    expect((await runCli(['sign'], env)).stderr).toContain('no such key that is valid')
  })
})
