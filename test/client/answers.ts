import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenCall {
  readonly headers: IncomingHttpHeaders
  readonly path: string
  /** As latin1 text. */
  readonly body: string
}

/** What a server does with one call. */
export type Answering = (response: ServerResponse) => void

/** A server that answers its first call by the first of these, and so on, the last one again and again. */
export async function startAnswers(answers: readonly Answering[], port = 0) {
  const seen: SeenCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = answers[Math.min(seen.length, answers.length - 1)]
      const body = Buffer.concat(chunks).toString('latin1')
      seen.push({ headers: request.headers, path: request.url ?? '', body })
      answer?.(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: actualPort } = server.address() as AddressInfo
  return {
    port: actualPort,
    url: `http://127.0.0.1:${actualPort}`,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const OK_BODY = {
  data: { similarity: 83.5, eyebrow_sim: 1, eye_sim: 2.5, nose_sim: 3, mouth_sim: 100, session_id: 'an-id' },
  code: 0,
  message: 'OK',
} as const

/** An answer with this JSON (or text) as its body. */
export function answer(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): Answering {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (response) => void response.writeHead(status, headers).end(text)
}

export const ok = answer(200, OK_BODY)

/** An error as the service sends it. */
export function refusal(code: number, message: string, data: object = {}): object {
  return { data: { session_id: 'an-id', detail: 'One sentence.', ...data }, code, message }
}
