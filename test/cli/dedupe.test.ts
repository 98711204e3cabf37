import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { runHere } from '../support/run-here.js'
import { runCli } from '../support/service.js'

const HOSTILE = `<img src=x onerror="alert('1')">&\u001b[2J.jpg`

let root: string
const path = (name: string) => join(root, name)
const dedupe = (...args: readonly string[]) => runHere(['dedupe', ...args])

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const blank = { create: { width: 64, height: 48, channels: 3, background: 'teal' } } as const
  const pictures = {
    'photos/b/man.jpg': await cutPerson('man'),
    [`photos/${HOSTILE}`]: await cutPerson('manAgain'),
    'photos/bar.jpg': await cutPerson('womanInBar'),
    'photos/c/copy of bar.jpg': await cutPerson('womanInBar'),
    'photos/other.jpg': await cutPerson('otherWoman'),
    'photos/blank.png': await sharp(blank).png().toBuffer(),
    'photos/text.jpg': 'no picture',
    'photos/notes.txt': 'not named like a picture',
    'blank/blank.png': await sharp(blank).png().toBuffer(),
  }
  for (const [name, content] of Object.entries(pictures)) {
    await mkdir(dirname(path(name)), { recursive: true })
    await writeFile(path(name), content)
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('facecompare dedupe', () => {
  it('prints a line for each person, and what could not be compared', async () => {
    const { code, stdout, stderr } = await runCli(['dedupe', path('photos'), '--threshold', '90'], {
      FACECOMPARE_WORKERS: '2',
    })
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^person 1: 2 pictures, mean similarity \d+\.\d\d {2}<img src=x .*\?\[2J\.jpg {2}b\/man\.jpg$/,
      ),
      'person 2: 2 pictures, mean similarity 100.00  bar.jpg  c/copy of bar.jpg',
      '2 people with several pictures (4 in all) at a threshold of 90',
      '1 picture of people with no other picture',
      '2 pictures without a face to compare',
      '1 file was left out: 1 no picture, by name and content',
    ])
    expect(stderr.trimEnd().split('\n')).toEqual([
      'facecompare: blank.png: No face was found in the image.',
      expect.stringMatching(/^facecompare: text\.jpg: Expected a JPEG/),
    ])
  })

  it('writes a contact sheet that needs nothing else and runs nothing, in Chinese, and uses its cache', async () => {
    const args = ['--html', path('sheet.html'), '--cache', path('kept.cache'), '--lang', 'zh', '--threshold', '90']
    const first = await dedupe(path('photos'), ...args)
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('人物 1：2 张图片')])
    const page = await readFile(path('sheet.html'), 'utf8')
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`)
    expect(page).toContain('<html lang="zh">')
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;?[2J.jpg')
    expect(page).toContain('<span>图片中没有检测到人脸。</span>')
    expect(page).not.toMatch(/<script|<img src=x|https?:/)
    expect(page).not.toContain('\u001b')
    // Five faces, and the blank picture; the text cannot be shown.
    const shown = [...page.matchAll(/<img src="data:image\/jpeg;base64,([^"]+)"/g)].map(([, text = '']) => text)
    expect(shown).toHaveLength(6)
    const { width, height } = await sharp(Buffer.from(shown[0] ?? '', 'base64')).metadata()
    expect([width, height]).toEqual([160, 160])
    const { size } = await stat(path('kept.cache'))
    const again = await dedupe(path('photos'), '--json', '--cache', path('kept.cache'), '--threshold', '90')
    expect(JSON.parse(again.stdout)).toMatchObject({
      threshold: 90,
      groups: [{ pictures: [HOSTILE, 'b/man.jpg'] }, { similarity: 100 }],
      alone: ['other.jpg'],
      failed: [{ picture: 'blank.png', kind: 'FACE_NOT_DETECTED' }, { picture: 'text.jpg' }],
      leftOut: { noPicture: 1 },
    })
    expect((await stat(path('kept.cache'))).size).toBe(size)
  })

  it('goes on where no picture shows a face', async () => {
    const { code, stdout } = await dedupe(path('blank'), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ groups: [], alone: [], failed: [{ picture: 'blank.png' }] })
  })

  it.each([
    ['a folder that is not there', ['missing'], /There is no folder .*missing\.$/],
    ['a folder without pictures', ['.empty'], /There are no pictures in /],
    ['a sheet that cannot be written', ['photos', '--html', '/missing/out.html'], /cannot be written\.$/],
    ['a sheet over the cache', ['photos', '--html', 'both', '--cache', './both'], /both is the cache; name another/],
  ])('ends with 2 and one sentence for %s', async (_name, [folder = '', ...args], sentence) => {
    await mkdir(path('.empty'), { recursive: true })
    const { code, stdout, stderr } = await runHere(['dedupe', path(folder), ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(sentence)])
  })
})
