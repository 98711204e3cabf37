import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
// The fetcher loads it with its first url, which here would count against deadlines that are short.
import 'undici'
import { afterEach, expect } from 'vitest'
import { createImageFetcher, type ImageFetcherOptions, type Refusal } from '../../src/image/fetch-remote.js'

export const IMAGE = Buffer.from('the bytes of an image')
const LOCAL = { allow: ['127.0.0.1/32'], timeoutMs: 5_000, maxBytes: 1_000 } as const

const cleanUp: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

/** A server on the loopback and the connections it has open. */
export async function listen<T extends Server>(server: T): Promise<{ port: number; open: Set<Socket>; server: T }> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: portOf(server), open, server }
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

type Handler = (request: IncomingMessage, response: ServerResponse, base: string) => void

export async function serve(handler: Handler) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    handler(request, response, base)
  })
  const { port, open } = await listen(server)
  const base = `http://127.0.0.1:${port}`
  return { base, port, open, requests }
}

export function fetcher(options: Partial<ImageFetcherOptions> = {}) {
  const refusals: Refusal[] = []
  const made = createImageFetcher({ ...LOCAL, onRefused: (refusal) => refusals.push(refusal), ...options })
  cleanUp.push(() => made.close())
  return { ...made, refusals }
}

export const UNREACHABLE = { kind: 'URL_UNREACHABLE', message: 'The image url cannot be reached.' }

export async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await pause(10)
  expect(condition()).toBe(true)
}
