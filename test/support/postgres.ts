import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { inject } from 'vitest'

export const MASTER_KEY = '00112233445566778899aabbccddeeff'.repeat(2)

export interface TestDatabase {
  readonly url: string
  /** Its schema, and the name that its connections bear on the server. */
  readonly name: string
  /** Rows of a statement of the test's own. */
  readonly query: (statement: string, parameters?: readonly unknown[]) => Promise<readonly object[]>
  readonly remove: () => Promise<void>
}

/** The address of the server of this run. */
export function serverUrl(): string {
  const database = inject('database')
  if ('problem' in database) throw new Error(database.problem)
  return database.url
}

/** An empty schema of its own on the server of this run. */
export async function makeDatabase(): Promise<TestDatabase> {
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  await runQuery(serverUrl(), `create schema ${schema}`)
  const url = new URL(serverUrl())
  url.searchParams.set('options', `-c search_path=${schema}`)
  url.searchParams.set('application_name', schema)
  return {
    url: url.href,
    name: schema,
    query: (statement, parameters) => runQuery(url.href, statement, parameters),
    remove: async () => {
      await runQuery(serverUrl(), `drop schema ${schema} cascade`)
    },
  }
}

async function runQuery(url: string, statement: string, parameters: readonly unknown[] = []) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows }: { readonly rows: object[] } = await client.query(statement, [...parameters])
    return rows
  } finally {
    await client.end()
  }
}

export interface DatabaseGate {
  /** The database's url through the gate. */
  readonly url: string
  /** How many connections were made so far. */
  readonly accepted: () => number
  /** How often a client has gone on speaking after it was answered. */
  readonly turns: () => number
  /** Cuts every connection, and refuses new ones until it is opened again. */
  readonly shut: () => Promise<void>
  /** Lets nothing through any more, without a word, like a network that fails. */
  readonly stall: () => void
  readonly open: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A way to the database that a test can close, as an outage does. */
export async function openGate(databaseUrl: string): Promise<DatabaseGate> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let stalled = false
  let accepted = 0
  let turns = 0
  const server = createServer((client) => {
    accepted++
    let isAnswered = true
    const database = connect(Number(target.port || 5432), target.hostname)
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => {
        if (from === client && isAnswered) turns++
        isAnswered = from === database
        if (!stalled) to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The gate does not listen.')
  const { port } = address
  const shut = async () => {
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : Promise.resolve()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const through = new URL(databaseUrl)
  through.hostname = '127.0.0.1'
  through.port = String(port)
  return {
    url: through.href,
    accepted: () => accepted,
    turns: () => turns,
    shut,
    stall: () => {
      stalled = true
    },
    async open() {
      if (stalled) {
        // What was swallowed is lost: such connections are of no use any more.
        for (const socket of sockets) socket.destroy()
        stalled = false
      }
      if (!server.listening) await listen(port)
    },
    close: shut,
  }
}
