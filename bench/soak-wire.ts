/** How the soak talks to the service: as ordinary clients do, and byte by byte as others do. */
import { Agent, request } from 'node:http'
import { connectRaw, hasAnswer, parseAnswers, type RawAnswer, type RawClient } from '../test/support/raw-http.js'

/** What one call came to. */
export type Reply =
  | {
      readonly end: 'answered'
      readonly status: number
      readonly code: number
      readonly data: Readonly<Record<string, unknown>>
      readonly hasRetryAfter: boolean
    }
  /** The client went away on purpose. */
  | { readonly end: 'left' }
  /** No answer, or none that can be read. */
  | { readonly end: 'unanswered'; readonly why: string }

/** What an answer says; undefined where it is none of the wire. `requestId` is that of its headers. */
export type ReadAnswer = (
  answer: unknown,
  requestId: string | undefined,
) => { readonly code: number; readonly data: object } | undefined

export interface HttpCall {
  readonly method?: string
  readonly path?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** As the first wire's is read when absent. */
  readonly read?: ReadAnswer
}

/** Twice as long as the longest time that the service gives anybody who stands still. */
const ANSWER_DEADLINE_MS = 60_000

/** Connections are used again, as a client library does. */
const agent = new Agent({ keepAlive: true, maxSockets: 256 })

export function closeIdleConnections(): void {
  agent.destroy()
}

/** Never rejects. */
export function callHttp(
  port: number,
  { method = 'POST', path = '/face/compare', headers, body, read = readFirstWire }: HttpCall,
) {
  return new Promise<Reply>((resolve) => {
    const giveUp = (why: string) => resolve({ end: 'unanswered', why })
    const sent = request(
      { host: '127.0.0.1', port, method, path, agent, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', (error) => giveUp(`the answer broke off: ${error.message}`))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve(readReply({ status: response.statusCode ?? 0, headers: response.headers, body: text }, read))
        })
      },
    )
    sent.setTimeout(ANSWER_DEADLINE_MS, () => sent.destroy(new Error('no answer in time')))
    // After the answer has come this changes nothing any more: it may well be there before the body is sent.
    sent.on('error', (error) => giveUp(error.message))
    sent.end(body)
  })
}

/** A connection of its own; `talk` says what is said on it, and the last answer on it counts. Never rejects. */
export async function callRaw(port: number, talk: (client: RawClient) => Promise<string>): Promise<Reply> {
  const client = connectRaw(port)
  const deadline = setTimeout(() => client.socket.destroy(), ANSWER_DEADLINE_MS)
  try {
    const answer = parseAnswers(await talk(client)).findLast(({ status }) => status >= 200)
    return answer
      ? readReply(answer, readFirstWire)
      : { end: 'unanswered', why: client.failures[0] ?? 'closed without an answer' }
  } catch (error) {
    return { end: 'unanswered', why: client.failures[0] ?? String(error) }
  } finally {
    clearTimeout(deadline)
    client.socket.destroy()
  }
}

/** Says something and waits for one answer. */
export function sendRaw(port: number, data: string | Uint8Array): Promise<Reply> {
  return callRaw(port, (client) => {
    client.write(data)
    return client.until(hasAnswer)
  })
}

/** Says something and goes away after a while, answer or none. */
export async function leaveAfter(port: number, data: Uint8Array, waitMs: number): Promise<Reply> {
  const { socket, write } = connectRaw(port)
  write(data)
  await new Promise((resolve) => setTimeout(resolve, waitMs))
  socket.destroy()
  return { end: 'left' }
}

export function toHttp({ method = 'POST', path = '/face/compare', headers, body }: HttpCall): Buffer {
  const all = { host: '127.0.0.1', ...headers, 'content-length': body.length }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body])
}

type Answer = Pick<RawAnswer, 'status' | 'body'> & {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

function readReply({ status, headers, body }: Answer, read: ReadAnswer): Reply {
  const answer = parse(body)
  const requestId = headers['x-request-id']
  const said = read(answer, typeof requestId === 'string' ? requestId : undefined)
  if (!said) return { end: 'unanswered', why: `HTTP ${status} with something else than an answer of the wire` }
  const hasRetryAfter = headers['retry-after'] !== undefined
  return { end: 'answered', status, code: said.code, data: { ...said.data }, hasRetryAfter }
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Also what was refused before its wire was known. */
export const readFirstWire: ReadAnswer = (answer) => {
  if (typeof answer !== 'object' || answer === null || !('code' in answer) || !('data' in answer)) return undefined
  const { code, data } = answer
  return typeof code === 'number' && typeof data === 'object' && data !== null ? { code, data } : undefined
}
