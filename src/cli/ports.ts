import { createServer } from 'node:net'
import { codeOf } from '../errors.js'

export interface WantedPort {
  readonly host: string
  /** 0 is always free. */
  readonly port: number
  /** The settings, for the sentence that says what is wrong. */
  readonly hostSetting: string
  readonly portSetting: string
}

/**
 * Rejects with one sentence when the port cannot be listened on. It is taken for a moment only: what takes long to load
 * comes between this question and the real listening.
 */
export async function requirePort(wanted: WantedPort): Promise<void> {
  if (wanted.port === 0) return
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: wanted.host, port: wanted.port }, resolve)
    })
  } catch (cause) {
    const { port, hostSetting, portSetting } = wanted
    const otherwise = `Port ${port} cannot be listened on (${codeOf(cause)}); see ${hostSetting} and ${portSetting}.`
    throw new Error(explainPortError(cause, wanted) ?? otherwise, { cause })
  }
  await new Promise((resolve) => server.close(resolve))
}

/** The sentence of an error of listening; `undefined` for all others. */
export function explainPortError(
  error: unknown,
  { port, hostSetting, portSetting }: Omit<WantedPort, 'host'>,
): string | undefined {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') return `Port ${port} is in use; set ${portSetting} to another one.`
  if (code === 'EACCES') return `Port ${port} may not be used by this user; set ${portSetting} to another one.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${hostSetting} is no address of this machine.`
  return undefined
}
