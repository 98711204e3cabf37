import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadCached } from '../../src/packs/cache.js'

const CONTENT = Uint8Array.from({ length: 5000 }, (_, index) => index % 251)
const KEY = '00112233445566778899aabbccddeeff'

let cacheDir: string
let builds: number
let warnings: string[]

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'facecompare-cache-'))
  builds = 0
  warnings = []
})

afterEach(() => rm(cacheDir, { recursive: true }))

function load(options: { readonly key?: string; readonly folder?: string } = {}) {
  return loadCached({
    cacheDir: options.folder ?? cacheDir,
    name: 'network',
    key: options.key ?? KEY,
    build: async () => {
      builds++
      return CONTENT
    },
    onWarning: (sentence) => warnings.push(sentence),
  })
}

async function onlyFile(): Promise<string> {
  const names = await readdir(cacheDir)
  expect(names).toHaveLength(1)
  return join(cacheDir, names[0]!)
}

it('builds a truncated file anew and repairs it', async () => {
  await load()
  await truncate(await onlyFile(), 100)
  const again = await load()
  expect(builds).toBe(2)
  expect(Buffer.compare(again.bytes, CONTENT)).toBe(0)
  expect(Buffer.compare(await readFile(await onlyFile()), CONTENT)).toBe(0)
})

it('builds a file anew in which one byte is wrong', async () => {
  await load()
  const file = await onlyFile()
  const damaged = Buffer.from(CONTENT)
  damaged[2500]! ^= 1
  await writeFile(file, damaged)
  expect(Buffer.compare((await load()).bytes, CONTENT)).toBe(0)
  expect(builds).toBe(2)
  await load()
  expect(builds).toBe(2)
})

it('leaves foreign and unfinished files alone', async () => {
  await load()
  const file = await onlyFile()
  await writeFile(`${file}.1234.tmp`, 'half')
  await writeFile(join(cacheDir, 'notes.txt'), 'notes')
  expect(Buffer.compare((await load()).bytes, CONTENT)).toBe(0)
  expect(builds).toBe(1)
  expect(await readdir(cacheDir)).toHaveLength(3)
})

it('goes on with a warning when nothing can be written', async () => {
  const occupied = join(cacheDir, 'occupied')
  await writeFile(occupied, 'a file where a folder is wanted')
  const file = await load({ folder: join(occupied, 'models') })
  expect(Buffer.compare(file.bytes, CONTENT)).toBe(0)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('network')
  expect(warnings[0]).not.toContain(cacheDir)
})

it('cleans up and warns when the file cannot be put in its place', async () => {
  const { sha256 } = await load()
  const file = await onlyFile()
  await rm(file)
  await mkdir(join(file, 'in-the-way'), { recursive: true })
  expect((await load()).sha256).toBe(sha256)
  expect(warnings).toHaveLength(1)
  expect(await readdir(cacheDir)).toHaveLength(1)
})

it('makes the folder, builds once, and says the same hash ever after', async () => {
  const folder = join(cacheDir, 'not', 'there', 'yet')
  const first = await load({ folder })
  const second = await load({ folder })
  expect(builds).toBe(1)
  expect(second.sha256).toBe(first.sha256)
  expect(Buffer.compare(second.bytes, CONTENT)).toBe(0)
  expect(warnings).toEqual([])
})

it('takes no file of another key', async () => {
  await load()
  await load({ key: 'ffeeddccbbaa99887766554433221100' })
  expect(builds).toBe(2)
})

it('lets many ask at once and leaves one whole file', async () => {
  const files = await Promise.all(Array.from({ length: 20 }, () => load()))
  for (const { bytes } of files) expect(Buffer.compare(bytes, CONTENT)).toBe(0)
  expect(Buffer.compare(await readFile(await onlyFile()), CONTENT)).toBe(0)
  expect(warnings).toEqual([])
})

it.runIf(existsSync('/proc/self'))('does not try for ever to make a folder where none can be', async () => {
  expect((await load({ folder: '/proc/facecompare/cache' })).bytes).toEqual(CONTENT)
  expect(warnings).toEqual([expect.stringContaining('could not be kept in the cache (ENOENT)')])
})

it('makes the folders above it', async () => {
  const folder = join(cacheDir, 'a', 'b', 'c')
  await Promise.all([load({ folder }), load({ folder })])
  expect(await readdir(folder)).toHaveLength(1)
  expect(warnings).toEqual([])
})
