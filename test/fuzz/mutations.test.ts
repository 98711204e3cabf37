import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import type { Fields } from '../../src/http/fields.js'
import { parseJson } from '../../src/http/json-body.js'
import { parseMultipart } from '../../src/http/multipart.js'
import { decodeImage } from '../../src/image/decode.js'
import { COMPARE_NAMES, IMAGE_FIELDS, URL_FIELDS } from '../../src/wires/tencent-image/compare.js'
import { APPID, BOUNDARY, multipart } from '../support/http-service.js'
import { FORMATS, smallPicture } from './hostile-files.js'

const TEXT_FIELDS = ['appid', 'bucket', 'return_faces', ...URL_FIELDS] as const

/** Mutations of each kind, which take some ten seconds; FUZZ_RUNS=100000 looks longer, and FUZZ_SEED elsewhere. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 10_000)
const SEED = Number(process.env.FUZZ_SEED ?? 2026)

interface Change {
  /** 0..1 of the length. */
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

function mutate(body: Buffer, { at, remove, insert }: Change): Buffer {
  const start = Math.floor(at * body.length)
  return Buffer.concat([body.subarray(0, start), insert, body.subarray(start + remove)])
}

const anyPlace = fc.double({ min: 0, max: 1, noNaN: true })

describe('random changes of a valid picture', () => {
  /** Bytes that are likely to be sizes, counts and marks. */
  const edges = fc.constantFrom(
    ...[
      [0],
      [255],
      [0, 0, 0, 0],
      [255, 255, 255, 255],
      [127, 255, 255, 255],
      [128, 0, 0, 0],
      [255, 216],
      [255, 217],
    ].map((bytes) => Uint8Array.from(bytes)),
  )
  const insert = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 4 }), edges)
  const overwrite = fc.tuple(anyPlace, insert).map(([at, bytes]) => ({ at, remove: bytes.length, insert: bytes }))
  const splice = fc.record({ at: anyPlace, remove: fc.nat(40), insert })
  /** The beginning has what decoders trust. */
  const early = overwrite.map((change) => ({ ...change, at: change.at / 20 }))

  it(`${RUNS} of them are decoded, or refused with an error of the table`, async () => {
    const files = await Promise.all(FORMATS.map((format) => smallPicture(format, 24, 16)))
    const changes = fc.array(fc.oneof(overwrite, early, splice), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), changes, async (file, made) => {
        const bytes = made.reduce(mutate, file)
        try {
          const { width, height, data } = await decodeImage(bytes, { maxPixels: 1_000_000, maxSide: 256 })
          expect(data.length).toBe(3 * width * height)
        } catch (error) {
          if (!(error instanceof FaceCompareError)) throw error
          expect(['IMAGE_UNDECODABLE', 'IMAGE_FORMAT_UNSUPPORTED', 'IMAGE_EMPTY']).toContain(error.kind)
        }
      }),
      { numRuns: RUNS, seed: SEED },
    )
    for (const file of files) {
      expect(await decodeImage(file, { maxPixels: 1_000_000, maxSide: 256 })).toMatchObject({ width: 24, height: 16 })
    }
  }, 300_000)
})

const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '--',
  `--${BOUNDARY}`,
  `\r\n--${BOUNDARY}--`,
  '"',
  '\\',
  '\\u',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ';',
]
const MORE_TOKENS = [
  '=',
  '\0',
  '\xef\xbb\xbf',
  '\xff',
  '__proto__',
  'constructor',
  'null',
  'name="imageA"',
  '1e999',
  '\ud800',
]
const change: fc.Arbitrary<Change> = fc.record({
  at: anyPlace,
  remove: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(80)),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(...TOKENS, ...MORE_TOKENS).map((text) => Buffer.from(text, 'latin1')),
  ),
})
const changes = fc.array(change, { minLength: 1, maxLength: 6 })
const fields = { appid: APPID, bucket: '', imageA: 'eHh4', urlB: 'http://host/b' }

const atOnce = async () => {}

/** Reads every field of a body that may be readable. Errors must be of the table, and never our own fault. */
async function readAll(parse: () => Fields | Promise<Fields>): Promise<readonly (Uint8Array | undefined)[]> {
  const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof FaceCompareError)) throw error
      expect(['BAD_REQUEST', 'INVALID_PARAMETER', 'IMAGE_FORMAT_UNSUPPORTED']).toContain(error.kind)
      return undefined
    }
  }
  const read = await attempt(parse)
  if (!read) return []
  for (const name of TEXT_FIELDS) {
    expect(['string', 'undefined']).toContain(typeof (await attempt(() => read.text(name))))
  }
  return Promise.all(IMAGE_FIELDS.map((name) => attempt(() => read.image(name))))
}

describe('random changes of a valid body', () => {
  it(`${RUNS} of multipart bodies are read, or refused as unreadable; an image is a piece of the body`, async () => {
    const body = multipart(Object.entries(fields).map(([name, value]) => ({ name, value })))
    const boundaries = fc.constantFrom(BOUNDARY, undefined)
    await fc.assert(
      fc.asyncProperty(boundaries, changes, async (boundary, made) => {
        const mutated = made.reduce(mutate, body)
        for (const image of await readAll(() => parseMultipart(mutated, { boundary, names: COMPARE_NAMES }, atOnce))) {
          if (image && image.length > 0) expect(image.buffer).toBe(mutated.buffer)
        }
      }),
      { numRuns: RUNS, seed: SEED },
    )
    expect(
      (await readAll(() => parseMultipart(body, { boundary: BOUNDARY, names: COMPARE_NAMES }, atOnce)))[0],
    ).toEqual(Buffer.from('eHh4'))
  }, 300_000)

  it(`${RUNS} of JSON bodies are read, or refused as unreadable; nothing reaches the prototype of all objects`, async () => {
    const body = Buffer.from(JSON.stringify({ ...fields, other: [1, { deep: null }], number: -1.5e3 }))
    await fc.assert(
      fc.asyncProperty(changes, async (made) => {
        const mutated = made.reduce(mutate, body)
        await readAll(() => parseJson(mutated, atOnce))
      }),
      { numRuns: RUNS, seed: SEED },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
    expect((await readAll(() => parseJson(body, atOnce)))[0]).toEqual(Buffer.from('xxx'))
  }, 300_000)
})
