import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson, GROUP_PHOTO } from '../../support/sample-people.js'
import { runHere } from '../support/run-here.js'

let folder: string
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  await writeFile(file('man.jpg'), await cutPerson('man'))
  await sharp({ create: { width: 200, height: 150, channels: 3, background: '#777' } })
    .png()
    .toFile(file('grey.png'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('facecompare detect', () => {
  it('prints a line for each face and draws all of them', async () => {
    const { code, stdout } = await runHere(['detect', GROUP_PHOTO, '--annotate', file('out.png')])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^4 faces in .*sample6\.jpg \(\d+ x \d+\)\n\n# +face .*\n1 .*\n2 .*\n3 .*\n4 .*\nwritten to /,
    )
    const { width, format } = await sharp(await readFile(file('out.png'))).metadata()
    expect([width, format]).toEqual([1280, 'png'])
    expect((await stat(file('out.png'))).mode & 0o777).toBe(0o600)
  })

  it('draws what the name of the file says, or says what it draws', async () => {
    const args = ['detect', file('man.jpg'), '--annotate']
    expect((await runHere([...args, file('drawn.jpg')])).code).toBe(0)
    expect((await sharp(file('drawn.jpg')).metadata()).format).toBe('jpeg')
    const { code, stderr } = await runHere([...args, file('drawn.webp')])
    expect([code, stderr]).toEqual([2, expect.stringContaining('a name that ends with .png or .jpg')])
  })

  it('prints attributes when asked to, as JSON as well', async () => {
    const { code, stdout } = await runHere(['detect', file('man.jpg'), '--attributes', '--json'])
    expect(code).toBe(0)
    const { faces, imageWidth } = JSON.parse(stdout)
    expect([faces.length, imageWidth]).toEqual([1, 250])
    expect(faces[0]).toMatchObject({ attributes: { age: expect.any(Number), hasGlasses: expect.any(Boolean) } })
    expect(faces[0]).not.toHaveProperty('landmarks')
    const chinese = await runHere(['detect', file('man.jpg'), '--attributes', '--lang', 'zh'])
    expect(chinese.stdout).toMatch(/中有 1 张人脸\n\n# +人脸 .*年龄 .*眼镜/)
  })

  it('ends with 1 where there is no face, with 2 where there is no picture', async () => {
    const none = await runHere(['detect', file('grey.png'), '--json'])
    expect([none.code, JSON.parse(none.stdout)]).toMatchObject([1, { error: { code: -1101 } }])
    const missing = await runHere(['detect', file('missing.jpg')])
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('There is no file')])
    const over = await runHere(['detect', file('man.jpg'), '--annotate', file('man.jpg')])
    expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('is one of the pictures')])
  })
})
