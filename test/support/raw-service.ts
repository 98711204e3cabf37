import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { createFakeEngine, listen, type ServiceOptions, startApp } from './http-service.js'
import { connectRaw, exchange, type RawAnswer } from './raw-http.js'
import type { TestWire } from './wires.js'

/** A service for all tests of a file, to which requests are sent byte for byte. */
export function setUpRawService(options: Omit<ServiceOptions, 'engine' | 'countCall'> = {}) {
  const engine = createFakeEngine()
  let counted: (readonly [appid: string, code: number])[] = []
  let app: FastifyInstance
  let port = 0
  beforeAll(async () => {
    app = await startApp({ ...options, engine, countCall: (appid, code) => counted.push([appid, code]) })
    port = await listen(app)
  })
  afterAll(() => app.close())
  beforeEach(() => {
    counted = []
    engine.seen.length = 0
  })

  async function send(bytes: Buffer): Promise<RawAnswer> {
    const client = connectRaw(port)
    try {
      return await exchange(client, bytes)
    } finally {
      client.socket.destroy()
    }
  }

  /** The name of the error in the form of the wire; undefined for success. */
  async function errorOf(wire: TestWire, bytes: Buffer): Promise<string | undefined> {
    return wire.errorIn(JSON.parse((await send(bytes)).body))
  }

  /** The same of a call that nobody paid for and no image of which was looked at. */
  async function refusalOf(wire: TestWire, bytes: Buffer): Promise<string | undefined> {
    const error = await errorOf(wire, bytes)
    expect([counted.filter(([, code]) => code === 0), engine.seen]).toEqual([[], []])
    return error
  }

  return { engine, counted: () => counted, port: () => port, send, errorOf, refusalOf }
}
