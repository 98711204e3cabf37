import { createServer } from 'node:net'

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
    throw new Error(describe(cause, wanted), { cause })
  }
  await new Promise((resolve) => server.close(resolve))
}

function describe(error: unknown, { port, hostSetting, portSetting }: WantedPort): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `Port ${port} is in use; set ${portSetting} to another one.`
  if (code === 'EACCES') return `Port ${port} may not be used by this user; set ${portSetting} to another one.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${hostSetting} is no address of this machine.`
  return `Port ${port} cannot be listened on (${String(code)}); see ${hostSetting} and ${portSetting}.`
}
