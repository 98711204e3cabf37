import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { runHere } from '../support/run-here.js'
import { runCli } from '../support/service.js'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let root: string
const path = (name: string) => join(root, name)
const evaluate = (...args: readonly string[]) => runHere(['eval', ...args])
/** Embeddings that tests of other things share. */
const cached = () => ['--cache', path('shared.cache')]

/** Three women of two persons and a man twice; a picture without a face and one that is none beside them. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const pictures = {
    'people/man/1.jpg': await cutPerson('man'),
    'people/man/2.jpg': await cutPerson('manAgain'),
    'people/woman/party.jpg': await cutPerson('womanAtParty'),
    'people/woman/bar.jpg': await cutPerson('womanInBar'),
    'people/other/1.jpg': await cutPerson('otherWoman'),
    'flawed/man/1.jpg': await cutPerson('man'),
    'flawed/man/2.jpg': await cutPerson('manAgain'),
    'flawed/man/text.jpg': 'no picture',
    'flawed/woman/bar.jpg': await cutPerson('womanInBar'),
    'alone/man/1.jpg': await cutPerson('man'),
    'alone/man/2.jpg': await cutPerson('manAgain'),
  }
  for (const [name, content] of Object.entries(pictures)) {
    await mkdir(dirname(path(name)), { recursive: true })
    await writeFile(path(name), content)
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

const PAIR_LIST = 'man/1.jpg,man/2.jpg,1\nman/1.jpg,other/1.jpg,0\n'
const LISTED = ['people', '--pairs', 'lists.csv']

describe('facecompare eval', () => {
  it.each([
    ['a folder that is not there', ['missing'], /There is no folder .*missing\.$/],
    ['a single person', ['alone'], /at least two persons .* found 1\.$/],
    ['no such pairs file', ['people', '--pairs', 'pairs.txt'], /There is no pairs file pairs\.txt/],
    ['rates that are none', ['people', '--far', '1e-2,2'], /Expected rates between 0 and 1/],
    ['a single fold', ['people', '--pairs', 'pairs.csv', '--folds', '1'], /One fold leaves no pairs/],
    ['folds without a list', ['people', '--folds', '5'], /--folds asks for a list of pairs/],
    ['pictures without a page', ['people', '--with-pictures'], /--with-pictures asks for --html/],
    ['no such groups file', ['people', '--groups', 'groups.csv'], /There is no groups file groups\.csv, neither/],
    ['a folder of groups', ['people', '--groups', 'man'], /Expected a file but received a folder\.$/],
    ['a picture for groups', ['people', '--groups', 'man/1.jpg'], /The groups file is no text in UTF-8\.$/],
    [
      'groups of others',
      ['people', '--groups', 'people/others.csv'],
      /No name of the groups file is .* Zoe, in line 1\.$/,
    ],
    ['a report that cannot be written', ['people', '--html', '/missing/report.html'], /cannot be written/],
    ['a report over a picture', ['people', '--json', 'people/man/1.jpg'], /man\/1\.jpg is one of the pictures/],
    ['a report over the pairs', [...LISTED, '--html', 'people/lists.csv'], /lists\.csv is one of the lists/],
    [
      'a report over the groups',
      ['people', '--groups', 'others.csv', '--json', 'people/others.csv'],
      /others\.csv is one of the lists/,
    ],
    ['a report over the cache', ['people', '--cache', 'people/c', '--json', 'people/c'], /people\/c is the cache/],
    [
      'two reports in one file',
      ['people', '--html', 'people/r', '--json', 'people/r'],
      /people\/r is also the other report/,
    ],
    ['a picture for a cache', ['people', '--cache', 'people/man/1.jpg'], /is no cache of embeddings/],
  ])('ends with 2 and one sentence for %s', async (_name, [folder = '', ...args], sentence) => {
    const placed = args.map((arg) => (arg.startsWith('people/') ? path(arg) : arg))
    await writeFile(path('people/others.csv'), 'Zoe,a\n')
    await writeFile(path('people/lists.csv'), PAIR_LIST)
    const { code, stderr, stdout } = await runHere(['eval', path(folder), ...placed])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')[0]).toMatch(sentence)
  })

  it('compares everybody with everybody and prints what it found', async () => {
    const { code, stdout, stderr } = await runCli(['eval', path('people'), '--far', '0.5,1e-3', '--hardest', '2'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^persons +3$/m)
    expect(stdout).toMatch(/^genuine pairs +2$/m)
    expect(stdout).toMatch(/^impostor pairs +8$/m)
    expect(stdout).toMatch(/^ROC AUC +1\.00000$/m)
    expect(stdout).toMatch(/^AUC of parts +eyebrow \d\.\d+, eye .*, nose .*, mouth /m)
    expect(stdout).toMatch(/^5e-1 +100\.00 % /m)
    expect(stdout).toMatch(/^1e-3 +needs 1000 impostor pairs/m)
    expect(stdout).toMatch(/^ *\d+\.\d\d {2}man\/1\.jpg {2}man\/2\.jpg$/m)
    expect(stderr).toMatch(/^pictures 5\/5, 0 s left$/m)
    expect(stdout).not.toContain('By group')
  })

  it('counts pictures without a usable face as errors and names them', async () => {
    const { code, stdout } = await evaluate(path('flawed'), '--json', '-')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      pictures: { total: 4, failed: [{ name: 'man/text.jpg', kind: 'IMAGE_FORMAT_UNSUPPORTED' }] },
      pairs: { genuine: 3, genuineFailed: 2, impostor: 3, impostorFailed: 1 },
      accuracy: { bestPossible: { plain: 0.5 } },
    })
  })

  it('writes a page that has pictures when asked', async () => {
    await writeFile(path('people/list.csv'), 'a,b,label\nman/1.jpg,man/2.jpg,same\nman/1.jpg,woman/bar.jpg,different\n')
    const page = path('report.html')
    const pairs = [path('people'), '--pairs', 'list.csv', '--html', page, ...cached()]
    expect((await evaluate(...pairs, '--with-pictures', '--json', path('report.json'))).code).toBe(0)
    expect((await readFile(page, 'utf8')).match(/<img src="data:image\/jpeg;base64,/g)).toHaveLength(4)
    for (const file of [page, path('report.json')]) expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(path('report.json'), 'utf8'))).toMatchObject({
      pairs: { genuine: 1, impostor: 1 },
    })
  })

  it('cross-validates lists, and compares all that they name; the page has no pictures by itself', async () => {
    await writeFile(path('people/one.csv'), 'man/1.jpg,man/2.jpg,1\nman/1.jpg,woman/bar.jpg,0\n')
    await writeFile(path('people/two.csv'), 'woman/party.jpg,woman/bar.jpg,1\nman/2.jpg,other/1.jpg,0\n')
    const lists = [path('people'), '--pairs', 'one.csv', 'two.csv', ...cached()]
    const folds = await evaluate(...lists, '--folds', '2')
    expect([folds.code, folds.stderr]).toEqual([0, expect.any(String)])
    expect(folds.stdout).toMatch(/^genuine pairs +2$/m)
    expect(folds.stdout).toMatch(/^cross-validated +100\.00 %, 0 errors; each of 2 folds judged by/m)
    const all = await evaluate(...lists, '--all', '--html', path('all.html'))
    expect(all.stdout).toMatch(/^persons +3$/m)
    expect(all.stdout).toMatch(/^impostor pairs +8$/m)
    const page = await readFile(path('all.html'), 'utf8')
    expect([page.includes('<svg'), page.includes('<img')]).toEqual([true, false])
  })

  it('prints the figures by group, and writes them down', async () => {
    await writeFile(path('people/groups.csv'), 'name,group\nwoman,women\nother,women\nman/1.jpg,men\nZoe,women\n')
    const grouped = [path('people'), '--groups', 'groups.csv', ...cached()]
    const { code, stdout, stderr } = await evaluate(...grouped, '--json', path('groups.json'))
    expect([code, stderr]).toEqual([0, expect.any(String)])
    expect(stdout).toMatch(/^women +2 +3 +1 +100\.00 % /m)
    expect(stdout).toMatch(/^men +1 +1 +0 +- +- +-$/m)
    expect(stdout).toMatch(/^women +2 +\d+\.?\d* % \(\d\)\* /m)
    expect(stdout).toMatch(/^men +0 +-\* +-\* +-\*$/m)
    expect(stdout).toMatch(/^at 90 +no pair of any group$/m)
    expect(stdout).toMatch(/^without a group: 0 of 3 persons, 1 of 5 pictures$/m)
    expect(stdout).toMatch(/^unknown names in the groups file: 1 \(Zoe\)$/m)
    const { byGroup } = JSON.parse(await readFile(path('groups.json'), 'utf8'))
    expect(byGroup).toMatchObject({
      groups: [
        { name: 'men', persons: 1, pictures: 1, found: 1, genuine: { pairs: 0 }, strangers: { pairs: 0 } },
        { name: 'women', persons: 2, pictures: 3, found: 3, genuine: { pairs: 1 }, strangers: { pairs: 2 } },
      ],
      worst: [{ score: 70, far: 1e-3, group: 'women', pairs: 2, supported: false }, { score: 80 }, { score: 90 }],
      worstSupported: [],
    })
    await writeFile(path('people/pairs of groups.csv'), 'man/1.jpg,man/2.jpg,1\nwoman/bar.jpg,other/1.jpg,0\n')
    const listed = await evaluate(...grouped, '--pairs', 'pairs of groups.csv')
    expect(listed.stdout).toMatch(/^women +2 +0 +- +- +-$/m)
    expect(listed.stdout).toMatch(/^women +1 +\S+ % \(\d\)\* /m)
    expect(listed.stdout).toMatch(/^without a group: 1 of 4 pictures$/m)
  })

  it('resumes from the cache with the same figures, also when it was torn', { timeout: 60_000 }, async () => {
    const cache = path('kept')
    const figures = async () => {
      const { code, stdout, stderr } = await evaluate(path('people'), '--cache', cache, '--json', '-')
      expect(code).toBe(0)
      const { createdAt: _, ...rest } = JSON.parse(stdout)
      return { rest, fromCache: Number(/(\d+) embeddings came from the cache/.exec(stderr)?.[1] ?? 0) }
    }
    const first = await figures()
    expect(first.fromCache).toBe(0)
    const second = await figures()
    expect(second).toEqual({ rest: first.rest, fromCache: 4 })
    await truncate(cache, (await stat(cache)).size - 1000)
    // All but the one that was torn, and the first picture, which is looked at in any case.
    expect(await figures()).toEqual({ rest: first.rest, fromCache: 3 })
  })

  it('keeps what it has when it is interrupted', async () => {
    const folder = path('many')
    const man = Buffer.from(await cutPerson('man'))
    for (const [i, person] of Array.from({ length: 120 }, (_, i) => [i, `person${i % 4}`] as const)) {
      await mkdir(join(folder, person), { recursive: true })
      // A comment after the picture's end makes each file another one.
      await writeFile(join(folder, person, `${i}.jpg`), Buffer.concat([man, Buffer.from(`${i}`)]))
    }
    const cache = path('interrupted')
    const child = spawn(process.execPath, [MAIN, 'eval', folder, '--cache', cache], {
      env: { ...process.env, FACECOMPARE_WORKERS: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      if (stderr === '') child.kill('SIGINT')
      stderr += String(chunk)
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(130)
    expect(stderr).toMatch(/facecompare: Interrupted; the same call goes on where this one ended\.\n$/)
    // The first line of progress comes after twelve pictures.
    expect((await stat(cache)).size).toBeGreaterThan(12 * 4096)
  })
})
