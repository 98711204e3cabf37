import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** As sent, not parsed. */
  readonly body: string
}

/** A connection that says byte for byte what a test wants to say. */
export interface RawClient {
  readonly socket: Socket
  readonly write: (data: string | Uint8Array) => void
  /** Everything that came, until the other side closed. Never rejects: a reset is noted in `failures`. */
  readonly untilClosed: () => Promise<string>
  /** Everything that came, as soon as it fulfils the condition or the connection is closed. */
  readonly until: (condition: (received: string) => boolean) => Promise<string>
  readonly failures: string[]
}

/** With `secure` over TLS, without a look at the certificate. */
export function connectRaw(port: number, { secure = false } = {}): RawClient {
  const target = { port, host: '127.0.0.1', allowHalfOpen: true }
  const socket = secure ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target)
  const failures: string[] = []
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.on('error', (error: Error & { code?: string }) => failures.push(error.code ?? error.message))
  const untilClosed = () =>
    new Promise<string>((resolve) => {
      if (socket.readableEnded || socket.destroyed) resolve(received)
      socket.once('end', () => resolve(received)).once('close', () => resolve(received))
    })
  const until = (condition: (text: string) => boolean) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (condition(received)) resolve(received)
      }
      look()
      socket.on('data', look)
      socket.once('end', () => resolve(received)).once('close', () => resolve(received))
    })
  return { socket, write: (data) => void socket.write(data), untilClosed, until, failures }
}

/** The answers in a stream of bytes; each must have a Content-Length. Throws when the last one is not whole. */
export function parseAnswers(text: string): readonly RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = text
  while (rest !== '') {
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd < 0) throw new Error(`No whole answer: ${JSON.stringify(rest)}`)
    const [statusLine = '', ...lines] = rest.slice(0, headEnd).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const status = Number(statusLine.split(' ')[1])
    const length = status < 200 || status === 204 ? 0 : Number(headers['content-length'])
    const body = rest.slice(headEnd + 4, headEnd + 4 + length)
    if (body.length !== length) throw new Error(`The answer is cut: ${JSON.stringify(rest)}`)
    answers.push({ status, headers, body })
    rest = rest.slice(headEnd + 4 + length)
  }
  return answers
}

/** Whether at least one whole answer has come. */
export function hasAnswer(text: string): boolean {
  return readFinalAnswers(text).length > 0
}

/** Those that are not interim; none while the last one is not whole. */
function readFinalAnswers(text: string): readonly RawAnswer[] {
  try {
    return parseAnswers(text).filter(({ status }) => status >= 200)
  } catch {
    return []
  }
}

/** Sends one request and reads its answer (not an interim one), the `nth` of the connection, leaving that open. */
export async function exchange(client: RawClient, data: string | Uint8Array, nth = 1): Promise<RawAnswer> {
  client.write(data)
  const received = await client.until((text) => readFinalAnswers(text).length >= nth)
  const answer = parseAnswers(received).filter(({ status }) => status >= 200)[nth - 1]
  if (!answer) throw new Error('The connection was closed without an answer.')
  return answer
}
