import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'acorn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFaceCompareClient } from '../../src/client/index.js'
import { cutPerson } from '../../support/sample-people.js'
import { BOOTSTRAP, CREDENTIAL, type RunningService, startService } from '../support/service.js'

const DIST = fileURLToPath(new URL('../../dist/client', import.meta.url))
const MINI_PROGRAM = fileURLToPath(new URL('mini-program.mjs', import.meta.url))

let folder: string
let service: RunningService
let pictures: Server
const paths: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  for (const person of ['womanAtParty', 'womanInBar'] as const) {
    const path = join(folder, `${person}.jpg`)
    await writeFile(path, await cutPerson(person))
    paths.push(path)
  }
  pictures = createServer(async (request, response) => response.end(await readFile(join(folder, request.url ?? ''))))
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve))
  service = await startService({ ...BOOTSTRAP, FACECOMPARE_URL_ALLOW: '127.0.0.1', FACECOMPARE_WORKERS: '1' })
})
afterAll(async () => {
  pictures.close()
  await service.stop()
  await rm(folder, { recursive: true, force: true })
})

it('compares a file with a url in the running service', async () => {
  const client = createFaceCompareClient({ ...CREDENTIAL, baseUrl: service.url })
  const { port } = pictures.address() as AddressInfo
  const { similarity, match, parts, faces } = await client.compare(
    await readFile(paths[0] ?? ''),
    `http://127.0.0.1:${port}/womanInBar.jpg`,
    { returnFaces: true },
  )
  expect(match).toBe(true)
  expect(similarity).toBeGreaterThan(70)
  expect(Object.keys(parts)).toEqual(['eyebrow', 'eye', 'nose', 'mouth'])
  expect(faces.A.box.width).toBeGreaterThan(50)
  expect(faces.B.landmarks).toHaveLength(68)
})

it('runs in a mini-program, which has no fetch, FormData, TextEncoder, URL, AbortController or crypto', async () => {
  const { appid, secretId, secretKey } = CREDENTIAL
  const args = [MINI_PROGRAM, service.url, appid, secretId, secretKey, ...paths]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const outcomes: unknown = JSON.parse(stdout)
  expect(outcomes).toMatchObject({
    comparison: { match: true, faces: { A: { faceCount: 1 } } },
    noFace: { name: 'FaceCompareApiError', code: -1400, side: 'B' },
    timeout: { name: 'FaceCompareNoAnswerError', reason: 'timeout' },
    aborted: { reason: 'aborted' },
    unreachable: { reason: 'unreachable', message: expect.stringContaining('ERR_CONNECTION_REFUSED') },
  })
})

describe('the compiled client', async () => {
  const files = (await readdir(DIST)).filter((name) => name.endsWith('.js'))

  it.each(files)('%s is ECMAScript 2020 and imports nothing but its neighbours', async (name) => {
    const { body } = parse(await readFile(join(DIST, name), 'utf8'), { ecmaVersion: 2020, sourceType: 'module' })
    const sources = body.flatMap((node) => ('source' in node && node.source ? [String(node.source.value)] : []))
    expect(sources.filter((source) => !/^\.\/[\w-]+\.js$/.test(source))).toEqual([])
  })

  it('is whole', () => {
    expect(files).toContain('index.js')
    expect(files.length).toBeGreaterThan(10)
  })
})
