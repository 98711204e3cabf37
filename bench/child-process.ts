/** The processes of the benchmarks, which are asked over IPC: `{ id, job }` -> `{ id, answer }`. */
import { type ChildProcess, fork } from 'node:child_process'
import { openSync } from 'node:fs'

export interface StartOptions {
  readonly execArgv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Takes standard error; standard output is then read here. */
  readonly logFile?: string
}

export function start(file: string, args: readonly string[], options: StartOptions = {}): ChildProcess {
  return fork(file, args, {
    // Not those of this process: the TypeScript loader is none of theirs.
    execArgv: [...(options.execArgv ?? [])],
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    stdio: [
      'ignore',
      options.logFile ? 'pipe' : 'inherit',
      options.logFile ? openSync(options.logFile, 'a') : 'inherit',
      'ipc',
    ],
  })
}

/** Resolves with the first message, which says that the child is ready. */
export async function readiness(child: ChildProcess): Promise<void> {
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`A process of the benchmark ended with ${String(code)}.`)))
  })
}

let lastId = 0

/** Both sides of the channel are files of this folder, so that the shape of an answer is theirs to keep. */
export function ask<T>(child: ChildProcess, job: object | undefined, onProgress?: (calls: number) => void): Promise<T> {
  lastId++
  const id = lastId
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      child.off('message', take).off('exit', lose)
      settle()
    }
    const lose = () => finish(() => reject(new Error('A process of the benchmark ended too early.')))
    const take = (message: { id?: number; answer?: T; failure?: string; progress?: number }) => {
      if (message.progress !== undefined) onProgress?.(message.progress)
      if (message.id !== id) return
      const { answer, failure } = message
      finish(() => (answer === undefined ? reject(new Error(failure)) : resolve(answer)))
    }
    child.on('message', take).once('exit', lose)
    child.send({ id, job })
  })
}

export async function stop(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (signal) child.kill(signal)
  else child.disconnect()
  await ended
}
