import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startOpsServer } from '../../src/ops/ops-server.js'
import { listen, startApp } from '../support/http-service.js'

const UNREAD_MS = 400
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** Asks for the path again and again, and reads nothing. */
function askWithoutReading(port: number, path: string, times: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  sockets.push(socket.pause())
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times))
  return socket
}

const countConnections = (server: {
  getConnections: (done: (error: Error | null, count: number) => void) => unknown
}) => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))

describe('an answer that nobody reads', () => {
  it('is given up after a time, and its connection closed', async () => {
    const app = await startApp({ unreadAnswerMs: UNREAD_MS })
    const port = await listen(app)
    for (let client = 0; client < 5; client++) askWithoutReading(port, '/docs/swagger-ui-bundle.js', 20)
    await expect.poll(() => countConnections(app.server)).toBe(5)
    await expect.poll(() => countConnections(app.server), { timeout: 10_000 }).toBe(0)
    await app.close()
  })

  it('is waited for as long as its reader takes a little of it now and then', async () => {
    const app = await startApp({ unreadAnswerMs: UNREAD_MS })
    const port = await listen(app)
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.write('GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'.repeat(1))
    let bytes = 0
    socket.on('data', (chunk) => {
      bytes += chunk.length
      socket.pause()
      setTimeout(() => socket.resume(), 20)
    })
    await new Promise((resolve) => socket.once('end', resolve))
    expect(bytes).toBeGreaterThan(1_000_000)
    await app.close()
  })

  it('does not end a connection that waits for nothing', async () => {
    const app = await startApp({ unreadAnswerMs: 50 })
    const port = await listen(app)
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const answered = new Promise<string>((resolve) =>
      socket.once('data', (chunk) => resolve(String(chunk).slice(9, 12))),
    )
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await answered).toBe('200')
    await app.close()
  })

  it('is given up on the operations port, too', async () => {
    const metrics = { contentType: 'text/plain', render: async () => 'x'.repeat(1_000_000) }
    const isReady = async () => true
    const server = await startOpsServer({ host: '127.0.0.1', port: 0, isReady, metrics, unreadAnswerMs: UNREAD_MS })
    const socket = askWithoutReading(server.port, '/metrics', 20)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    // A paused socket hears of its end when it reads again: by then all that is left is what the kernel had.
    await new Promise((resolve) => setTimeout(resolve, 3 * UNREAD_MS))
    let bytes = 0
    socket.on('data', (chunk) => {
      bytes += chunk.length
    })
    socket.resume()
    await closed
    expect(bytes).toBeLessThan(19_000_000)
    await server.close()
  })
})
