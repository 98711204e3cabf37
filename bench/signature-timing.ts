/**
 * Whether the time of a refusal tells more than its code: refused calls of the built service over one connection, each kind in
 * turn, in a new random order every round. `npm run bench:signatures -- [--rounds 5000]` prints the medians of the rounds, and
 * the same kind twice, which shows what difference is none.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { computeSignature, type SignatureFields } from '../src/auth/signature.js'
import { seeded } from '../support/random.js'
import { median } from './figures.js'
import { startService } from './http-processes.js'
import { BENCH_APP } from './http-requests.js'
import { describeSetting, formatSetting } from './result-file.js'

const WARM_UP_ROUNDS = 500

/** Of the same length everywhere, so that no kind is longer on the wire. */
const KINDS: Readonly<Record<string, string>> = {
  'wrong HMAC': sign({}, 'another-key-of-the-benchmark'),
  'wrong HMAC, again': sign({}, 'another-key-of-the-benchmark'),
  'HMAC wrong in its last byte alone': spoilByte(sign({}, BENCH_APP.secretKey), 19),
  'unknown SecretId': sign({ secretId: 'AKIDbenchmerk' }, BENCH_APP.secretKey),
  'unknown app': sign({ appid: '99999999' }, BENCH_APP.secretKey),
  'unknown app and SecretId': sign({ appid: '99999999', secretId: 'AKIDbenchmerk' }, BENCH_APP.secretKey),
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5000' } } })
const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
const service = await startService(folder, { FACECOMPARE_WORKERS: '1', FACECOMPARE_LOG_LEVEL: 'silent' })
try {
  console.log(formatSetting(describeSetting()))
  await measure(service.port, Number(values.rounds))
} finally {
  await service.stop()
  await rm(folder, { recursive: true, force: true })
}

async function measure(port: number, rounds: number): Promise<void> {
  const ask = openConnection(port)
  const micros = new Map<string, number[]>(Object.keys(KINDS).map((kind) => [kind, []]))
  const answers = new Map<string, string>()
  const random = seeded(1)
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const order = Object.entries(KINDS).map((kind) => ({ kind, at: random() }))
    for (const { kind } of order.sort((left, right) => left.at - right.at)) {
      const [name, signature] = kind
      const startedMs = performance.now()
      const answer = await ask(signature)
      if (round >= 0) micros.get(name)?.push((performance.now() - startedMs) * 1000)
      answers.set(name, answer)
    }
  }
  const base = median(micros.get('wrong HMAC') ?? [])
  console.log(`${'refused call'.padEnd(36)} code  bytes  median us  from wrong HMAC`)
  for (const [name, times] of micros) {
    const answer = answers.get(name) ?? ''
    const code = /"code":(-?\d+)/.exec(answer)?.[1] ?? ''
    const figures = [code.padStart(4), String(answer.length).padStart(6), median(times).toFixed(1).padStart(10)]
    console.log(`${name.padEnd(36)} ${figures.join(' ')} ${(median(times) - base).toFixed(1).padStart(16)}`)
  }
}

/** One connection that is kept; a call resolves with its whole answer. */
function openConnection(port: number): (signature: string) => Promise<string> {
  const socket = connect(port, '127.0.0.1').setNoDelay()
  return (signature) => {
    socket.write(
      `POST /face/compare HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${signature}\r\nContent-Length: 0\r\n\r\n`,
    )
    return readAnswer(socket)
  }
}

function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      const headEnd = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN)
      if (headEnd < 0 || text.length < headEnd + 4 + length) return
      socket.off('data', take).off('close', lose)
      resolve(text)
    }
    const lose = () => reject(new Error('The service closed the connection.'))
    socket.on('data', take).once('close', lose)
  })
}

function sign(fields: Partial<SignatureFields>, secretKey: string): string {
  const { appid, secretId } = BENCH_APP
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ appid, secretId, issuedAt, expiresAt: issuedAt + 6 * 3600, ...fields }, secretKey)
}

function spoilByte(signature: string, at: number): string {
  const bytes = Buffer.from(signature, 'base64')
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes.toString('base64')
}
