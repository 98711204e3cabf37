import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTlsFiles, type TlsFiles } from '../../src/http/tls-files.js'
import { APPID, listen, MAX_BODY_BYTES, sign, startApp } from '../support/http-service.js'
import { hasAnswer, parseAnswers } from '../support/raw-http.js'

/** Two pairs, self-signed: CN=one.test and CN=two.test. */
const fixture = (name: string) => new URL(`../support/tls/${name}`, import.meta.url)

let folder: string
let certFile: string
let keyFile: string
let warnings: string[]
let files: TlsFiles | undefined
let app: FastifyInstance | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  certFile = join(folder, 'tls.crt')
  keyFile = join(folder, 'tls.key')
  warnings = []
  await install('one', 'one')
})
afterEach(async () => {
  await app?.close()
  files?.close()
  app = undefined
  files = undefined
  await rm(folder, { recursive: true, force: true })
})

async function install(cert: string, key: string): Promise<void> {
  await copyFile(fixture(`${cert}.crt`), certFile)
  await copyFile(fixture(`${key}.key`), keyFile)
}

const open = () =>
  openTlsFiles({ certFile, keyFile, pollMs: 10, onWarning: (sentence) => void warnings.push(sentence) })

async function start(): Promise<number> {
  files = open()
  app = await startApp({
    tls: files,
    drainLimits: { idleMs: 50, maxMs: 2000 },
    discardLimits: { maxBytes: 64 * 1024 * 1024, maxMs: 1500 },
  })
  return listen(app)
}

function connectTls(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    socket.once('secureConnect', () => resolve(socket)).once('error', reject)
  })
}

async function commonName(port: number): Promise<unknown> {
  const socket = await connectTls(port)
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return subject.CN
}

function receive(socket: TLSSocket, condition: (text: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (condition(text)) resolve(text)
    })
    socket.on('close', () => resolve(text))
  })
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('files that cannot be used at the start', () => {
  it.each([
    ['no certificate', () => rm(certFile), 'The file of FACECOMPARE_TLS_CERT cannot be read.'],
    ['no key', () => rm(keyFile), 'The file of FACECOMPARE_TLS_KEY cannot be read.'],
    ['a text', () => writeFile(certFile, 'hello'), 'The file of FACECOMPARE_TLS_CERT is no certificate in PEM.'],
    [
      'an empty key',
      () => writeFile(keyFile, ''),
      'The file of FACECOMPARE_TLS_KEY is no private key in PEM without a passphrase.',
    ],
    [
      'the key of another certificate',
      () => install('one', 'two'),
      'The key of FACECOMPARE_TLS_KEY does not belong to the certificate of FACECOMPARE_TLS_CERT.',
    ],
  ])('%s', async (_name, damage, sentence) => {
    await damage()
    expect(open).toThrow(sentence)
  })
})

describe('the service over TLS', () => {
  it('answers calls', async () => {
    const socket = await connectTls(await start())
    const body = JSON.stringify({ appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' })
    socket.write(
      `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${sign()}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    )
    const [answer] = parseAnswers(await receive(socket, hasAnswer))
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 0 })
    socket.destroy()
  })

  it('answers before the end of a body, and then ends the connection without a reset', async () => {
    const socket = await connectTls(await start())
    const failures: Error[] = []
    socket.on('error', (error) => failures.push(error))
    socket.write(
      `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: bad!\r\n` +
        `Content-Length: ${MAX_BODY_BYTES * 4}\r\n\r\n`,
    )
    const answers = receive(socket, hasAnswer)
    socket.write(Buffer.alloc(MAX_BODY_BYTES * 4))
    const [answer] = parseAnswers(await answers)
    expect(answer).toMatchObject({ status: 400, headers: { connection: 'close' } })
    await new Promise((resolve) => socket.once('close', resolve))
    expect(failures).toEqual([])
  })

  it('closes a connection that speaks no TLS, and goes on', async () => {
    const port = await start()
    const plain = connectTcp(port, '127.0.0.1')
    plain.on('error', () => {})
    plain.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => plain.once('close', resolve))
    expect(await commonName(port)).toBe('one.test')
  })

  it('ends although connections are open, in the middle of a handshake or idle', async () => {
    const port = await start()
    const silent = connectTcp(port, '127.0.0.1')
    silent.on('error', () => {})
    const idle = await connectTls(port)
    idle.on('error', () => {})
    const ended = Promise.all([silent, idle].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    silent.resume()
    idle.resume()
    const startMs = performance.now()
    await app?.close()
    await ended
    // Not at the limit for calls that are under way.
    expect(performance.now() - startMs).toBeLessThan(1900)
  })

  it('shows a new certificate as soon as it is there, without dropping connections', async () => {
    const port = await start()
    const before = await connectTls(port)
    await install('two', 'two')
    await until(async () => (await commonName(port)) === 'two.test')
    before.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(parseAnswers(await receive(before, hasAnswer))[0]?.status).toBe(200)
    before.destroy()
  })

  it('keeps the old one, with one warning, while the new files are broken', async () => {
    const port = await start()
    await writeFile(certFile, 'half a certifi')
    await until(() => warnings.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(warnings).toEqual([
      'The file of FACECOMPARE_TLS_CERT is no certificate in PEM. The certificate that was read before stays in use.',
    ])
    expect(await commonName(port)).toBe('one.test')
    await install('two', 'two')
    await until(async () => (await commonName(port)) === 'two.test')
  })
})
