import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTlsFiles, type TlsFiles } from '../../src/http/tls-files.js'
import { installPackages } from '../../support/install-packages.js'
import { APPID, createFakeEngine, listen, SECRET_ID, SECRET_KEY, startApp } from '../support/http-service.js'
import { IMAGE_A, IMAGE_B, URL_A, URL_B } from './recorded-requests.js'

/** The fifth official client, `image-node-sdk`, as it is on npm. */
interface NodeClient {
  setHost(host: string): NodeClient
  setProtocol(protocol: string): NodeClient
  faceCompare(params: CallParams): Promise<{ readonly statusCode: number; readonly body: string }>
}

interface CallParams {
  readonly data?: object
  readonly formData?: object
  readonly headers?: Readonly<Record<string, string>>
}

interface NodeClientPackage {
  readonly ImageClient: new (key: { AppId: string; SecretId: string; SecretKey: string }) => NodeClient
}

const CLIENTS = fileURLToPath(new URL('../clients/', import.meta.url))
const fixture = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url))
const MULTIPART = { 'content-type': 'multipart/form-data' }

let ImageClient: NodeClientPackage['ImageClient']
let folder: string
beforeAll(async () => {
  await installPackages(CLIENTS)
  const loaded: NodeClientPackage = createRequire(join(CLIENTS, 'package.json'))('image-node-sdk')
  ImageClient = loaded.ImageClient
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  await Promise.all([writeFile(join(folder, 'a.jpg'), IMAGE_A), writeFile(join(folder, 'b.png'), IMAGE_B)])
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each([
  ['http', true],
  ['https', true],
  ['http', false],
  ['https', false],
])('the Node client over %s, every status 200: %s', (protocol, statusAlways200) => {
  const engine = createFakeEngine()
  let app: FastifyInstance
  let tls: TlsFiles | undefined
  let host: string
  beforeAll(async () => {
    if (protocol === 'https') {
      tls = openTlsFiles({ certFile: fixture('one.crt'), keyFile: fixture('one.key'), onWarning: () => {} })
    }
    app = await startApp({ engine, statusAlways200, now: () => new Date(), ...(tls ? { tls } : {}) })
    host = `127.0.0.1:${await listen(app)}`
  })
  afterAll(async () => {
    await app.close()
    tls?.close()
  })
  beforeEach(() => {
    engine.seen.length = 0
  })

  async function call(params: CallParams, secretKey = SECRET_KEY) {
    const client = new ImageClient({ AppId: APPID, SecretId: SECRET_ID, SecretKey: secretKey })
    const { statusCode, body } = await client.setHost(host).setProtocol(`${protocol}:`).faceCompare(params)
    return { statusCode, ...JSON.parse(body) }
  }

  const open = (name: string) => createReadStream(join(folder, name))
  const calls: readonly (readonly [what: string, () => CallParams, seen: readonly (string | Buffer)[]])[] = [
    [
      'files',
      () => ({ headers: MULTIPART, formData: { imageA: open('a.jpg'), imageB: open('b.png') } }),
      [IMAGE_A, IMAGE_B],
    ],
    ['buffers', () => ({ headers: MULTIPART, formData: { imageA: IMAGE_A, imageB: IMAGE_B } }), [IMAGE_A, IMAGE_B]],
    ['urls', () => ({ data: { urlA: URL_A, urlB: URL_B } }), ['a.jpg', 'b.jpg']],
    ['urls in a form', () => ({ headers: MULTIPART, formData: { urlA: URL_A, urlB: URL_B } }), ['a.jpg', 'b.jpg']],
    [
      'a file and a url',
      () => ({ headers: MULTIPART, formData: { imageA: open('a.jpg'), urlB: URL_B } }),
      [IMAGE_A, 'b.jpg'],
    ],
    [
      'a url and a buffer',
      () => ({ headers: MULTIPART, formData: { urlA: URL_A, imageB: IMAGE_B } }),
      ['a.jpg', IMAGE_B],
    ],
  ]
  it.each(calls)('sends %s', async (_what, params, seen) => {
    expect(await call(params())).toMatchObject({ statusCode: 200, code: 0, message: 'OK', data: { similarity: 42.5 } })
    expect([...engine.seen].sort()).toEqual(
      seen.map((image) => (typeof image === 'string' ? image : image.toString('latin1'))).sort(),
    )
  })

  it('reads which picture has no face', async () => {
    const formData = { imageA: IMAGE_A, imageB: Buffer.from('noface') }
    const answer = await call({ headers: MULTIPART, formData })
    expect(answer).toMatchObject({ statusCode: 200, code: -1101, data: { fail_flag: 2 } })
  })

  it('reads that its key is wrong', async () => {
    const refused = { statusCode: statusAlways200 ? 200 : 401, code: 14, message: 'SIGNATURE_CHECK_FAILED' }
    expect(await call({ headers: MULTIPART, formData: { imageA: IMAGE_A, imageB: IMAGE_B } }, 'wrong')).toMatchObject(
      refused,
    )
    expect(await call({ data: { urlA: URL_A, urlB: URL_B } }, 'wrong')).toMatchObject(refused)
  })
})
