import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeImage } from '../../src/image/decode.js'
import { type EnginePool, startEnginePool } from '../../src/worker/pool.js'
import { cutPerson } from '../../support/sample-people.js'
import { APPID, BOUNDARY, multipart, sign, startApp } from '../support/http-service.js'
import {
  FORMATS,
  type HostileFile,
  lyingHeaders,
  metadataBombs,
  pictureBombs,
  polyglots,
  smallPicture,
} from './hostile-files.js'

const MAX_PIXELS = 2_000_000
const MEBIBYTE = 2 ** 20
const [NO_FACE, UNDECODABLE, UNSUPPORTED] = [-1101, -1102, -1400]

let pool: EnginePool
let app: FastifyInstance
let man: Uint8Array
const lost: string[] = []

beforeAll(async () => {
  man = await cutPerson('man')
  pool = await startEnginePool({
    maxPixels: MAX_PIXELS,
    workers: 1,
    queueSize: 8,
    timeoutMs: 60_000,
    onWorkerLost: ({ message }) => lost.push(message),
  })
  await pool.ready
  app = await startApp({ engine: pool, maxImageBytes: 4 * MEBIBYTE })
  await expectGoodCall()
})
afterAll(async () => {
  await app?.close()
  await pool?.close()
})

async function compare(imageA: Uint8Array, imageB = imageA) {
  const parts = { appid: APPID, imageA: Buffer.from(imageA), imageB: Buffer.from(imageB) }
  const response = await app.inject({
    method: 'POST',
    url: '/face/compare',
    payload: multipart(Object.entries(parts).map(([name, value]) => ({ name, value }))),
    headers: { authorization: sign(), 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  })
  return response.json()
}

async function expectGoodCall(): Promise<void> {
  expect(await compare(man)).toMatchObject({ code: 0, data: { similarity: 100 } })
}

/** Sends the file as both images, so that nothing but it is worked on, or beside another one; tells the code. */
async function codeOf({ name, bytes }: HostileFile, beside = bytes): Promise<number> {
  const answer = await compare(bytes, beside)
  expect(answer, name).toMatchObject({ data: { fail_flag: 1, detail: expect.stringMatching(/\.$/) } })
  return answer.code
}

/** What the one worker takes; undefined where /proc does not tell. */
function residentMebibytes(): number | undefined {
  const [pid] = pool.pids()
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}

it('plain pictures of megapixels in few kilobytes are decoded when they may be, and refused when not; memory comes back', async () => {
  const bombs = await pictureBombs(1400)
  // What a process needs for such a picture it keeps: that is not what is measured. No other takes as much as 16 bits of four channels.
  const [largest] = bombs.filter(({ name }) => name.includes('16 bits'))
  await expect(pool.analyze(largest?.bytes ?? new Uint8Array())).rejects.toThrow('No face')
  const before = residentMebibytes()
  for (const file of bombs) {
    expect(file.bytes.length, file.name).toBeLessThan(MEBIBYTE)
    expect(await codeOf(file, man), file.name).toBe(NO_FACE)
    const beyond = decodeImage(file.bytes, { maxPixels: MAX_PIXELS / 2, maxSide: 640 })
    await expect(beyond, file.name).rejects.toMatchObject({
      kind: 'IMAGE_UNDECODABLE',
      message: 'The image has 1400 x 1400 pixels; at most 1000000 are allowed.',
    })
  }
  await expectGoodCall()
  const after = residentMebibytes()
  if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(75)
  expect(lost).toEqual([])
}, 180_000)

it('headers that lie about the size are refused', async () => {
  for (const file of await lyingHeaders()) expect(await codeOf(file), file.name).toBe(UNDECODABLE)
  await expectGoodCall()
  expect(lost).toEqual([])
})

it('metadata that is a bomb costs nothing: the picture is decoded without it, or refused', async () => {
  const before = residentMebibytes()
  for (const file of await metadataBombs()) expect([NO_FACE, UNDECODABLE], file.name).toContain(await codeOf(file))
  await expectGoodCall()
  const after = residentMebibytes()
  if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(150)
  expect(lost).toEqual([])
}, 180_000)

it('files of two kinds are pictures, or refused', async () => {
  for (const file of await polyglots()) {
    expect([NO_FACE, UNDECODABLE, UNSUPPORTED], file.name).toContain(await codeOf(file))
  }
  await expectGoodCall()
  expect(lost).toEqual([])
})

it.each(FORMATS)('a %s that ends after any twentieth of it is refused', async (format) => {
  const whole = await smallPicture(format, 96, 64)
  expect(await codeOf({ name: 'whole', bytes: whole })).toBe(NO_FACE)
  for (let percent = 5; percent < 100; percent += 5) {
    const bytes = whole.subarray(0, Math.floor((whole.length * percent) / 100))
    expect([UNDECODABLE, UNSUPPORTED], `${percent} %`).toContain(await codeOf({ name: `${percent} %`, bytes }))
  }
  await expectGoodCall()
  expect(lost).toEqual([])
})
