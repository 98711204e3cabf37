import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson, GROUP_PHOTO } from '../../support/sample-people.js'
import { runHere } from '../support/run-here.js'
import { runCli, spawnCli } from '../support/service.js'

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
    const { code, stdout } = await runHere(['compare', file('man.jpg'), file('woman.jpg'), '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ match: false, threshold: 70, faceA: { faceCount: 1 } })
  })

  it('takes the threshold that it is given', async () => {
    expect((await runHere(['compare', file('man.jpg'), file('woman.jpg'), '--threshold', '0'])).code).toBe(0)
    const wrong = await runHere(['compare', file('man.jpg'), file('woman.jpg'), '--threshold', '101'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Expected a number from 0 to 100')])
  })

  it.each([
    ['0.6', 'Scores are 0 to 100, not 0 to 1: write 60 for 0.6.'],
    ['1', 'write 100 for 1.'],
  ])('refuses a threshold of %s, which is meant for other programs', async (threshold, sentence) => {
    const { code, stderr } = await runHere(['compare', file('man.jpg'), file('woman.jpg'), '--threshold', threshold])
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })

  it('draws what the name of the file says, or says what it draws', async () => {
    const args = ['compare', file('man.jpg'), file('again.jpg'), '--annotate']
    expect((await runHere([...args, file('drawn.JPG')])).code).toBe(0)
    expect((await sharp(file('drawn.JPG')).metadata()).format).toBe('jpeg')
    const { code, stderr } = await runHere([...args, file('drawn.webp')])
    expect([code, stderr]).toEqual([2, expect.stringContaining('a name that ends with .png or .jpg')])
  })

  it('paints the verdict where it is asked to, and not where it is forbidden', async () => {
    const args = ['compare', file('man.jpg'), file('again.jpg')]
    expect((await runCli(args, { FORCE_COLOR: '1' })).stdout).toContain(
      '\u001b[32mmatch at a threshold of 70\u001b[39m',
    )
    const { stdout } = await runHere(args, { NO_COLOR: '1', LC_ALL: 'zh_CN.UTF-8' })
    expect(stdout).toMatch(/^相似度 +\d+\.\d\d\n.*\n匹配（阈值 70）\n.*\n检测分数 +\d\.\d\d +\d\.\d\d\n/s)
    expect(stdout).not.toContain('\u001b')
  })

  it('says how many faces a picture shows', async () => {
    const { stdout } = await runHere(['compare', GROUP_PHOTO, file('woman.jpg')])
    expect(stdout).toContain('picture A shows')
  })

  it.each([
    ['a file that is not there', 'missing.jpg', /missing\.jpg: There is no file/],
    ['a text file', 'text.jpg', /text\.jpg: Expected a JPEG/],
  ])('ends with 2 and one sentence for %s', async (_name, name, sentence) => {
    const { code, stderr } = await runHere(['compare', file('man.jpg'), file(name)])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(sentence)
  })

  it('reports errors as JSON with their code when asked', async () => {
    const { code, stdout } = await runHere(['compare', file('text.jpg'), file('man.jpg'), '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: -1400, detail: expect.stringContaining('text.jpg') } })
  })

  it('ends with 2 and shows the way for a wrong call', async () => {
    const { code, stderr } = await runHere(['compare', file('man.jpg')])
    expect(code).toBe(2)
    expect(stderr).toContain("missing required argument 'B'")
  })
})

describe('facecompare compare with many', () => {
  beforeAll(async () => {
    await mkdir(file('many'))
    await writeFile(file('many/again.jpg'), await cutPerson('manAgain'))
    await writeFile(file('many/\u001b[31mwoman.jpg'), await cutPerson('womanInBar'))
    await writeFile(file('many/text.png'), 'no picture')
    await writeFile(file('many/notes.txt'), 'not named like a picture')
    await writeFile(file('many/man.jpg'), await cutPerson('man'))
  })

  it('ranks the pictures of a folder, names what fails, and draws the best', async () => {
    const args = ['compare', file('many/man.jpg'), file('many'), '--annotate', file('out.png'), '--json']
    const { code, stdout } = await runCli(args)
    expect(code).toBe(0)
    const answer = JSON.parse(stdout)
    expect(answer).toMatchObject({ match: true, threshold: 70, compared: 2, probe: { picture: file('many/man.jpg') } })
    // The probe itself is left out.
    expect(answer.candidates.map((one: { picture: string; match: boolean }) => [one.picture, one.match])).toEqual([
      [file('many/again.jpg'), true],
      [file('many/\u001b[31mwoman.jpg'), false],
    ])
    expect(answer.failed).toMatchObject([{ picture: file('many/text.png'), code: -1400 }])
    expect(answer.leftOut).toEqual({ noPicture: 1 })
    const { format, width = 0, height = 0 } = await sharp(file('out.png')).metadata()
    expect([format, width > 1.5 * height]).toEqual(['png', true])
  })

  it('reads patterns and standard input, shows the best few, in Chinese', async () => {
    const child = spawnCli(['compare', '-', file('m*/*.jpg'), '--top', '1', '--lang', 'zh', '--threshold', '0'])
    child.stdin.end(await cutPerson('womanInBar'))
    const { code, stdout, stderr } = await child.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n')).toEqual([
      '#  相似度  结论  图片',
      expect.stringMatching(/^1 +100\.00 {2}匹配 {2}.*\?\[31mwoman\.jpg$/),
      '共 3 张，只列出最高的 1 张',
      '3 张图片中有 3 张匹配（阈值 0）',
      '',
    ])
  })

  it.each([
    ['an empty folder', ['man.jpg', 'none'], /There are no pictures in .*none\.$/],
    ['a pattern that nothing fits', ['man.jpg', 'x*.jpg'], /No file fits the pattern .*x\*\.jpg\.$/],
    ['the probe alone', ['many/man.jpg', 'many/m*.jpg'], /no picture to compare A with but A itself\.$/],
    [
      'a drawing that cannot be written',
      ['man.jpg', 'again.jpg', '--annotate', 'missing/out.png'],
      /cannot be written\.$/,
    ],
  ])('ends with 2 and one sentence for %s', async (_name, args, sentence) => {
    await mkdir(file('none'), { recursive: true })
    const placed = args.map((arg) => (arg.startsWith('--') ? arg : file(arg)))
    const { code, stdout, stderr } = await runHere(['compare', ...placed])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(sentence)])
  })

  it('ends with 2 and one sentence, in Chinese, for a probe that is a text', async () => {
    const { code, stdout, stderr } = await runHere(['compare', file('text.jpg'), file('many'), '--lang', 'zh'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/text\.jpg: 不支持的图片格式/)])
  })
})

describe('facecompare', () => {
  it.each([[['--help']], [['keys', '--help']], [['compare', '--help']], [['sign', '--help']]])(
    '%s helps',
    async (args) => {
      const { code, stdout } = await runHere(args)
      expect(code).toBe(0)
      expect(stdout).toContain('Usage: facecompare')
    },
  )

  it('keys: makes a link to the page, with the key in it', async () => {
    const env = { FACECOMPARE_DATA_DIR: join(folder, 'linked') }
    const { stdout } = await runHere(['keys', 'create', '--link', 'https://faces.example/'], env)
    const [, secretId, secretKey] = /SecretId +(\S+)\nSecretKey +(\S+)\n/.exec(stdout) ?? []
    const [, fields = ''] = /link +https:\/\/faces\.example\/#(\S+)\n$/.exec(stdout) ?? []
    expect(Object.fromEntries(new URLSearchParams(fields))).toMatchObject({ secretId, secretKey })
    const here = await runHere(['keys', 'create', '--link', '--json'], { ...env, FACECOMPARE_PORT: '9000' })
    expect(JSON.parse(here.stdout)).toMatchObject({
      link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9000\/#appid=/),
    })
  })

  it('keys: makes, lists without secrets, revokes once', async () => {
    const env = { FACECOMPARE_DATA_DIR: join(folder, 'data') }
    const made: unknown = JSON.parse((await runHere(['keys', 'create', '--json'], env)).stdout)
    expect(made).toMatchObject({
      appid: expect.any(String),
      secretId: expect.any(String),
      secretKey: expect.any(String),
    })
    const { secretId = '', secretKey = '' } = made as { secretId?: string; secretKey?: string }
    const listed = await runHere(['keys', 'list', '--json'], env)
    expect(listed.stdout).toContain(secretId)
    expect(listed.stdout).not.toContain(secretKey)
    expect((await runHere(['keys', 'revoke', secretId], env)).code).toBe(0)
    expect(await runHere(['keys', 'revoke', secretId], env)).toMatchObject({ code: 2, stdout: '' })
    expect((await runHere(['sign'], env)).stderr).toContain('no such key that is valid')
  })
})
