import { watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { BOOTSTRAP, CREDENTIAL, compare, sign, startService } from '../support/service.js'

/** Everything that a run leaves: its folders, its log, what it printed, what it wrote for a moment. */
let folder: string
let left: readonly { readonly name: string; readonly bytes: Buffer }[]
let brief: string[]

const MARKER = 'MARKER-that-stands-in-no-other-file-7f3a91'
const TOKEN = 'token-of-a-url-55e2'
const SIGNATURE = sign()
let man: Buffer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const place = (name: string) => join(folder, name)
  await Promise.all(['tmp', 'home', 'data'].map((name) => mkdir(place(name))))
  brief = []
  const watcher = watch(place('tmp'), (_event, name) => brief.push(String(name)))
  // Bytes after the end of a JPEG are no part of the picture, but of what was sent.
  man = Buffer.concat([await cutPerson('man'), Buffer.from(MARKER)])
  const pictures = createServer((_request, response) => response.end(man)).listen(0, '127.0.0.1')
  await new Promise((resolve) => pictures.once('listening', resolve))
  const picturesUrl = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}`
  const service = await startService({
    ...BOOTSTRAP,
    FACECOMPARE_WORKERS: '1',
    FACECOMPARE_DATA_DIR: place('data'),
    FACECOMPARE_LOG_LEVEL: 'trace',
    FACECOMPARE_URL_ALLOW: '127.0.0.1',
    TMPDIR: place('tmp'),
    HOME: place('home'),
    XDG_CACHE_HOME: place('home'),
  })
  await makeCalls(service.url, picturesUrl)
  // Also what is in the write-ahead log of the database.
  const during = await readFolder(folder)
  await service.stop()
  watcher.close()
  await new Promise((resolve) => pictures.close(resolve))
  left = [
    ...during,
    ...(await readFolder(folder)),
    { name: 'log', bytes: Buffer.from(service.stderr()) },
    { name: 'output', bytes: Buffer.from(service.stdout()) },
  ]
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

async function makeCalls(url: string, picturesUrl: string): Promise<void> {
  const broken = man.subarray(0, 900)
  const codes = [
    (await compare(url, { imageA: man, imageB: man, return_faces: '1' })).code,
    (await compare(url, { imageA: broken, imageB: man })).code,
    (await compare(url, { imageA: Buffer.from(MARKER), imageB: man })).code,
    (await compare(url, { imageA: man, urlB: `${picturesUrl}/a.jpg?token=${TOKEN}` })).code,
    (await compare(url, { imageA: man, urlB: `http://10.255.255.1/a.jpg?token=${TOKEN}` })).code,
    (await compare(url, { imageA: man, urlB: `not-a-url?token=${TOKEN}` })).code,
  ]
  expect(codes).toEqual([0, -1102, -1400, 0, -1308, 21])
  const signed = await fetch(`${url}/face/compare?sign=${encodeURIComponent(SIGNATURE)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ appid: CREDENTIAL.appid, imageA: man.toString('base64'), imageB: man.toString('base64') }),
  })
  expect(await signed.json()).toMatchObject({ code: 0 })
}

async function readFolder(path: string): Promise<{ readonly name: string; readonly bytes: Buffer }[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  return Promise.all(files.map(async (name) => ({ name, bytes: await readFile(name) })))
}

/** Base64 of the bytes as it reads at each of the three places that they can begin at. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((shift) =>
    bytes
      .subarray((3 - shift) % 3)
      .toString('base64')
      .slice(0, -4),
  )
}

describe('after a run, files, log and output', () => {
  it('are there to be looked at', () => {
    const names = left.map(({ name }) => name.slice(folder.length + 1))
    expect(names).toEqual(expect.arrayContaining(['data/facecompare.db', 'data/master.key']))
    expect(left.find(({ name }) => name === 'log')?.bytes.length).toBeGreaterThan(1000)
  })

  it('have no byte of an image', () => {
    const middle = man.subarray(man.length / 2, man.length / 2 + 48)
    const forms = [Buffer.from(MARKER), middle.subarray(0, 16), man.subarray(0, 32)]
    const texts = [...base64Forms(Buffer.from(MARKER)), ...base64Forms(middle), middle.toString('hex')]
    for (const { name, bytes } of left) {
      for (const form of forms) expect([name, bytes.includes(form)]).toEqual([name, false])
      for (const text of texts) expect([name, bytes.includes(text)]).toEqual([name, false])
    }
  })

  it('have no signature, no SecretKey and no query of a url', () => {
    const secrets = [SIGNATURE, encodeURIComponent(SIGNATURE), SIGNATURE.slice(0, 24), CREDENTIAL.secretKey, TOKEN]
    for (const { name, bytes } of left) {
      for (const secret of secrets) expect([name, bytes.includes(secret)]).toEqual([name, false])
    }
  })

  it('are those of keys alone: no embedding, no landmark has a place', () => {
    const names = left.map(({ name }) => name.replace(folder, '')).filter((name) => name.startsWith('/'))
    for (const name of names) {
      expect(name).toMatch(/^\/data\/(facecompare\.db(-wal|-shm)?|master\.key)$/)
    }
    const log = left.find(({ name }) => name === 'log')?.bytes.toString() ?? ''
    for (const line of log.trim().split('\n')) {
      expect(Object.keys(JSON.parse(line))).not.toContain('embedding')
      // A face is hundreds of numbers, a call some twenty.
      expect(line.match(/\d+(\.\d+)?/g)?.length ?? 0).toBeLessThan(80)
    }
  })

  it('were not written for a moment either: no temporary file was made', () => {
    expect(brief).toEqual([])
  })
})
