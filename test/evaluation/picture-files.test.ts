import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findPictures } from '../../src/cli/find-pictures.js'
import { WORDS } from '../../src/cli/words.js'
import { readPersonFolder, readPictureFolder } from '../../src/evaluation/data-set.js'
import { describeLeftOut } from '../../src/evaluation/picture-files.js'

let root: string
const path = (name: string) => join(root, name)

/** One folder for everybody who looks for pictures. */
const PICTURES = ['CAMERA.JPE', 'broken.jpg', 'download', 'mail.jfif', 'photo.dat', 'really-jpeg.heic']

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const blank = sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
  const [jpeg, png] = [await blank.jpeg().toBuffer(), await blank.png().toBuffer()]
  const files = {
    'photos/broken.jpg': 'no picture',
    'photos/CAMERA.JPE': jpeg,
    'photos/mail.jfif': jpeg,
    'photos/download': png,
    'photos/photo.dat': jpeg,
    'photos/really-jpeg.heic': jpeg,
    'photos/IMG_0001.HEIC': Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    'photos/notes.txt': 'no picture',
    'photos/empty': '',
    'other/1.jpg': jpeg,
    'text/notes.txt': 'no picture',
    'text/a.heif': '',
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(path(name)), { recursive: true })
    await writeFile(path(name), content)
  }
  await symlink(path('missing'), path('photos/broken-link'))
  await symlink(root, path('photos/round'))
  // Whoever opened it would wait for somebody to write.
  execFileSync('mkfifo', [path('photos/pipe.jpg')])
})
afterAll(() => rm(root, { recursive: true, force: true }))

const LEFT_OUT = { heic: 1, noPicture: 3, unreadable: 1, linkedFolder: 1 }

it('pictures are known by name or by content, and what is left out by its reason', async () => {
  const { pictures, leftOut } = await readPictureFolder(path('photos'))
  expect(pictures.map(({ name }) => name)).toEqual(PICTURES)
  expect(leftOut).toEqual(LEFT_OUT)
  expect(describeLeftOut(leftOut)).toBe(
    '6 files were left out: 1 HEIC (save as JPEG to have it read); 3 no pictures, by name and content; ' +
      '1 that cannot be opened; 1 link to a folder',
  )
})

it('a folder of one person, an argument and a pattern find the same ones', async () => {
  const { problems } = WORDS.en
  const ofPersons = await readPersonFolder(root)
  const photos = ofPersons.pictures.map(({ name }) => name).filter((name) => name.startsWith('photos/'))
  expect(photos).toEqual(PICTURES.map((name) => `photos/${name}`))
  const inFolder = await findPictures([path('photos')], problems)
  expect(inFolder).toEqual({
    pictures: PICTURES.map((name) => path(`photos/${name}`)),
    isList: true,
    leftOut: LEFT_OUT,
  })
  const fitting = await findPictures([path('photos/*')], problems)
  expect(fitting.pictures).toEqual(inFolder.pictures)
  expect(fitting.leftOut).toMatchObject({ heic: 1 })
})

it('says why nothing was found', async () => {
  await expect(findPictures([path('text')], WORDS.en.problems)).rejects.toThrow(
    /no pictures in .*text; 2 files were left out: 1 HEIC \(save as JPEG to have it read\); 1 no picture, by name and content\.$/,
  )
  await expect(findPictures([path('text/*')], WORDS.zh.problems)).rejects.toThrow(
    /^没有图片符合模式 .*；略过 2 个文件：1 个是 HEIC（另存为 JPEG 后才能读取）、1 个不是图片。$/,
  )
})
