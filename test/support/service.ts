import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { computeSignature } from '../../src/auth/signature.js'

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export const CREDENTIAL = { appid: '10000007', secretId: 'AKIDservicetest', secretKey: 'a-key-of-the-tests-alone' }

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command line, or a copy of it, as a user does. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
  main = MAIN,
): Promise<Finished> {
  const { stdin, ended } = spawnCli(args, env, main)
  stdin.end(input)
  return ended
}

/** Starts the built service and does not wait until it is ready. */
export function spawnService(env: Readonly<Record<string, string>>) {
  return spawnCli(['serve'], { FACECOMPARE_PORT: '0', FACECOMPARE_WORKERS: '1', ...env })
}

/** Starts the built command line; its standard input is open. */
export function spawnCli(args: readonly string[], env: Readonly<Record<string, string>> = {}, main = MAIN) {
  const child = spawn(process.execPath, [main, ...args], {
    // Sentences in English, whatever the terminal of who runs the tests speaks.
    // One process of workers loads the networks once. Tests of several say so.
    env: { ...process.env, LC_ALL: 'C', FACECOMPARE_WORKERS: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A command that reads nothing may have ended before it is written to.
  child.stdin.on('error', () => {})
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const ended = new Promise<Finished>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  /** Resolves when the text was printed; rejects when the command ends without it. */
  const sees = async (text: string): Promise<void> => {
    while (!stdout.includes(text)) {
      const finished = await Promise.race([ended, once(child.stdout, 'data').then(() => undefined)])
      if (finished && !stdout.includes(text)) throw new Error(`The command ended with ${finished.code}: ${stderr}`)
    }
  }
  return { child, stdin: child.stdin, ended, sees }
}

export interface RunningService {
  readonly url: string
  readonly pid: number
  readonly dataDir: string
  readonly stdout: () => string
  readonly stderr: () => string
  /** Sends the signal and resolves with the exit code, or the name of the signal that ended it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string | null>
}

/** Starts the built service on a free port and waits for its ready line. */
export async function startService(env: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const dataDir = env.FACECOMPARE_DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'facecompare-test-')))
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { ...process.env, FACECOMPARE_PORT: '0', FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk)
      const found = /ready on (\S+);/.exec(stdout)?.[1]
      if (found) resolve(found)
    })
    ended.then((code) => reject(new Error(`The service ended with ${String(code)}: ${stderr}`)))
  })
  return {
    url,
    pid: child.pid ?? 0,
    dataDir,
    stdout: () => stdout,
    stderr: () => stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const code = await ended
      if (env.FACECOMPARE_DATA_DIR === undefined) await rm(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

/** The settings that make {@link CREDENTIAL} valid. */
export const BOOTSTRAP = {
  FACECOMPARE_BOOTSTRAP_APP: `${CREDENTIAL.appid}:${CREDENTIAL.secretId}:${CREDENTIAL.secretKey}`,
} as const

export function sign(credential: typeof CREDENTIAL = CREDENTIAL): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...credential, issuedAt, expiresAt: issuedAt + 300 }, credential.secretKey)
}

export interface Answer {
  readonly status: number
  readonly code: unknown
  readonly message: unknown
  readonly data: Readonly<Record<string, unknown>>
}

/** Sends a multipart call; text fields are strings, images are bytes. */
export async function compare(
  url: string,
  fields: Readonly<Record<string, string | Uint8Array>>,
  credential: typeof CREDENTIAL = CREDENTIAL,
): Promise<Answer> {
  const form = new FormData()
  form.set('appid', credential.appid)
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.set(name, value)
    else form.set(name, new Blob([new Uint8Array(value)]), `${name}.jpg`)
  }
  const response = await fetch(`${url}/face/compare`, {
    method: 'POST',
    headers: { Authorization: sign(credential) },
    body: form,
  })
  return readAnswer(response)
}

export async function readAnswer(response: Response): Promise<Answer> {
  const body: unknown = await response.json()
  if (typeof body !== 'object' || body === null || !('data' in body) || !('code' in body) || !('message' in body)) {
    throw new Error('Expected an answer of the wire contract')
  }
  const data = typeof body.data === 'object' && body.data !== null ? { ...body.data } : {}
  return { status: response.status, code: body.code, message: body.message, data }
}
