import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenize } from '../../src/web/highlight.js'
import { SAMPLES, type Sample, type SampleCall } from '../../src/web/samples/samples.js'
import { cutPerson } from '../../support/sample-people.js'
import { BOOTSTRAP, CREDENTIAL, type RunningService, startService } from '../support/service.js'
import { TSX } from '../support/tsx.js'

/** What each sample needs on the machine; `tsx` comes with the project. */
const PROGRAMS = {
  curl: ['curl', 'openssl'],
  python: ['python3'],
  php: ['php'],
  java: ['java'],
  typescript: [],
} as const
/** Of all that shells, forms, JSON and string literals give a meaning to. */
const AWKWARD_NAME = `it's "a";,$x \\u0041\\ 图.jpg`

let folder: string
let service: RunningService
let pictures: Server
let call: SampleCall

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const woman = await cutPerson('womanAtParty')
  for (const name of [AWKWARD_NAME, 'b.jpg']) await writeFile(join(folder, name), woman)
  pictures = createServer((_request, response) => response.end(woman)).listen(0, '127.0.0.1')
  service = await startService({ ...BOOTSTRAP, FACECOMPARE_URL_ALLOW: '127.0.0.1', FACECOMPARE_WORKERS: '1' })
  const { appid, secretId } = CREDENTIAL
  call = { origin: service.url, appid, secretId, A: { file: AWKWARD_NAME }, B: { file: 'b.jpg' } }
})

afterAll(async () => {
  await service.stop()
  pictures.close()
  await rm(folder, { recursive: true, force: true })
})

function isMissing({ language }: Sample): boolean {
  return PROGRAMS[language].some((name) => spawnSync(name, ['--version']).error !== undefined)
}

/** Saves the sample as its name says and runs it in its folder as its command says. */
async function run(sample: Sample, sampleCall: SampleCall, secretKey = CREDENTIAL.secretKey): Promise<unknown> {
  await writeFile(join(folder, sample.fileName), sample.write(sampleCall))
  const words = sample.run.split(' ')
  const isTypeScript = sample.run.startsWith('npx tsx ')
  const [program = '', ...args] = isTypeScript ? [process.execPath, ...TSX, ...words.slice(2)] : words
  const env = { ...process.env, FACECOMPARE_SECRET_KEY: secretKey }
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(program, args, { cwd: folder, env }, (error, out, errors) => {
      if (error) reject(new Error(`${error.message}\n${errors}`))
      else resolve(out)
    })
  })
  return JSON.parse(stdout)
}

const SAME = { code: 0, message: 'OK', data: { similarity: 100, faceA: { image_width: 250, image_height: 250 } } }

const quick = SAMPLES.filter(({ language }) => ['curl', 'python', 'php'].includes(language))
const pictureUrl = () => `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/?a='b'&c="d"`

describe.each(SAMPLES.map((sample) => ({ title: sample.title, sample })))('the sample in $title', ({ sample }) => {
  it.skipIf(isMissing(sample))('compares a file, whatever its name, with a url', async () => {
    expect(await run(sample, { ...call, B: { url: pictureUrl() } })).toMatchObject(SAME)
  })
})

// Compilers take their time: what the others have in common with them is tried with these.
describe.each(quick.map((sample) => ({ title: sample.title, sample })))('the sample in $title', ({ sample }) => {
  it.skipIf(isMissing(sample))('compares two urls', async () => {
    expect(await run(sample, { ...call, A: { url: pictureUrl() }, B: { url: pictureUrl() } })).toMatchObject(SAME)
  })

  it.skipIf(isMissing(sample))('prints what the service says when it refuses', async () => {
    expect(await run(sample, call, 'not-the-key')).toMatchObject({ code: 14, data: { detail: expect.any(String) } })
  })
})

it('is coloured without losing a letter', () => {
  for (const sample of SAMPLES) {
    const tokens = tokenize(sample.write(call))
    expect(tokens.map(({ text }) => text).join('')).toBe(sample.write(call))
    expect(new Set(tokens.map(({ kind }) => kind))).toContain('string')
  }
})

describe('the SecretKey', () => {
  it('stands in a sample only when it is asked for', () => {
    for (const sample of SAMPLES) {
      expect(sample.write(call)).not.toContain(CREDENTIAL.secretKey)
      expect(sample.write({ ...call, secretKey: CREDENTIAL.secretKey })).toContain(CREDENTIAL.secretKey)
    }
  })

  it('is used when it stands there', async () => {
    const [curl] = SAMPLES
    if (curl && !isMissing(curl)) {
      const withKey = { ...call, secretKey: CREDENTIAL.secretKey }
      expect(await run(curl, withKey, 'not-the-key')).toMatchObject(SAME)
    }
  })
})
