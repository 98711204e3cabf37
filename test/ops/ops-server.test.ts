import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics, type Metrics } from '../../src/ops/metrics.js'
import { type OpsServer, startOpsServer } from '../../src/ops/ops-server.js'

let server: OpsServer | undefined
afterEach(() => server?.close())

async function start(isReady: () => Promise<boolean>, metrics: Metrics = createMetrics()): Promise<string> {
  server = await startOpsServer({ host: '127.0.0.1', port: 0, isReady, metrics })
  return `http://127.0.0.1:${server.port}`
}

describe('the operations port', () => {
  it('rejects when it is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const isReady = async () => true
    await expect(startOpsServer({ host: '127.0.0.1', port, isReady, metrics: createMetrics() })).rejects.toThrow(
      'EADDRINUSE',
    )
    other.close()
  })

  it.each([
    ['GET', '/', 404],
    ['GET', '/face/compare', 404],
    ['GET', '/__proto__', 404],
    ['GET', '/constructor', 404],
    ['GET', '/%zz', 404],
    ['POST', '/metrics', 405],
    ['DELETE', '/healthz', 405],
    ['GET', '/healthz?x=1', 200],
    ['HEAD', '/metrics', 200],
  ])('%s %s is %i', async (method, path, status) => {
    const url = await start(async () => true)
    expect((await fetch(url + path, { method })).status).toBe(status)
  })

  it('says whether calls can be answered, and takes a failure for no', async () => {
    let answer: () => Promise<boolean> = async () => true
    const url = await start(() => answer())
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    answer = async () => false
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    answer = async () => {
      throw new Error('secret')
    }
    const failed = await fetch(`${url}/readyz`)
    expect([failed.status, await failed.json()]).toEqual([503, { status: 'not ready' }])
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it("gives the metrics in Prometheus' text format", async () => {
    const response = await fetch(`${await start(async () => true)}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_:]+[\w:]*(\{[^}]*\})? \S+|)$/)
    }
  })

  it('closes although somebody keeps a connection', async () => {
    const url = await start(async () => true)
    await fetch(`${url}/healthz`)
    await server?.close()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})
