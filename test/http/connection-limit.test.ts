import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listen, startApp } from '../support/http-service.js'

const MAX = 3

let app: FastifyInstance
let port: number
let refused: number
const sockets: Socket[] = []

beforeEach(async () => {
  refused = 0
  const onRefused = () => {
    refused++
  }
  app = await startApp({ connectionLimit: { max: MAX, onRefused }, drainLimits: { idleMs: 10, maxMs: 100 } })
  port = await listen(app)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await app.close()
})

function open(): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  sockets.push(socket)
  return socket
}

/** What comes back on a connection that says something, until the other side closes or has answered. */
async function ask(socket: Socket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
  return new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(String(bytes).slice(0, 12))).once('close', () => resolve('closed'))
  })
}

it('closes connections over the limit at once, and takes new ones when others have gone', async () => {
  const idle = Array.from({ length: MAX }, open)
  await Promise.all(idle.map((socket) => once(socket, 'connect')))
  // Taken by the server, too: it answers on the last of them.
  expect(await ask(idle[MAX - 1] ?? open())).toBe('HTTP/1.1 200')
  expect(await Promise.all([ask(open()), ask(open())])).toEqual(['closed', 'closed'])
  expect(refused).toBe(2)

  // Those that were there before go on.
  expect(await ask(idle[1] ?? open())).toBe('HTTP/1.1 200')
  idle[0]?.destroy()
  await expect.poll(() => ask(open())).toBe('HTTP/1.1 200')
})
