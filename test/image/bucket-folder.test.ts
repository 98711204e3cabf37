import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBucketReader } from '../../src/image/bucket-folder.js'

let root: string
let read: ReturnType<typeof createBucketReader>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const folder = join(root, 'buckets')
  await mkdir(join(folder, 'bucket', 'deep'), { recursive: true })
  await mkdir(join(folder, 'bucket-of-another'))
  await writeFile(join(folder, 'bucket', 'deep', '王 a.jpg'), 'picture')
  await writeFile(join(folder, 'bucket', 'large'), 'x'.repeat(101))
  await writeFile(join(folder, 'bucket-of-another', 'a.jpg'), 'not yours')
  await writeFile(join(root, 'secret'), 'secret')
  await symlink(join(root, 'secret'), join(folder, 'bucket', 'link'))
  await symlink(root, join(folder, 'linked'))
  execFileSync('mkfifo', [join(folder, 'bucket', 'pipe')])
  read = createBucketReader({ folder, maxBytes: 100 })
})
afterAll(() => rm(root, { recursive: true, force: true }))

const object = (bucket: string, name: string, version?: string) => ({ bucket, name, version })

it('reads the file of an object, and tells its size before', async () => {
  const told: number[] = []
  const bytes = await read(object('bucket', 'deep/王 a.jpg'), (size) => told.push(size))
  expect([Buffer.from(bytes).toString(), told]).toEqual(['picture', [7]])
})

it.each([
  object('bucket', 'nobody'),
  object('bucket', 'deep'),
  object('bucket', 'pipe'),
  object('bucket', 'link'),
  object('linked', 'secret'),
  object('bucket', '../../secret'),
  object('bucket', '../bucket-of-another/a.jpg'),
  object('bucket', 'deep//王 a.jpg'),
  object('bucket', './deep/王 a.jpg'),
  object('bucket', '/etc/hostname'),
  object('bucket', 'deep\\王 a.jpg'),
  object('bucket', 'a\0b'),
  object('..', 'secret'),
  object('.', 'bucket/large'),
  object('', 'secret'),
  object('bucket', 'deep/王 a.jpg', '1'),
])('refuses $bucket $name in the same words', async (wanted) => {
  const refused = read(wanted, () => {})
  await expect(refused).rejects.toMatchObject({ kind: 'URL_DOWNLOAD_FAILED', message: 'There is no such object.' })
})

it('refuses what is too large, and what there is no room for', async () => {
  await expect(read(object('bucket', 'large'), () => {})).rejects.toMatchObject({ kind: 'BODY_TOO_LARGE' })
  const noRoom = () => {
    throw new Error('no room')
  }
  await expect(read(object('bucket', 'deep/王 a.jpg'), noRoom)).rejects.toThrow('no room')
})
