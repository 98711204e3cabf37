import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'

/** What a TLS server shows and signs with, in PEM. `key` is a secret. */
export interface TlsMaterial {
  /** The certificate, and those between it and the root. */
  readonly cert: Buffer
  readonly key: Buffer
}

export interface TlsFiles {
  readonly material: TlsMaterial
  /** Told of every new certificate that is good. One listener; a later one takes the place of an earlier one. */
  readonly onChange: (apply: (material: TlsMaterial) => void) => void
  readonly close: () => void
}

export interface TlsFilesOptions {
  readonly certFile: string
  readonly keyFile: string
  /** Told in one sentence when new files cannot be used; the old ones stay in use. */
  readonly onWarning: (sentence: string) => void
  readonly onReload?: () => void
  /** How often the files are looked at; 5 s when absent. */
  readonly pollMs?: number
}

const DEFAULT_POLL_MS = 5000

/**
 * Reads certificate and key, and again whenever they change. Throws one sentence when they cannot be used at the start.
 * The files are read anew each time instead of being watched: they are renamed into place, behind links, on volumes that
 * tell of no change (Kubernetes' secrets do all of it), and they are small.
 */
export function openTlsFiles(options: TlsFilesOptions): TlsFiles {
  const { certFile, keyFile, onWarning, onReload, pollMs = DEFAULT_POLL_MS } = options
  const material = readMaterial(certFile, keyFile)
  let current = material
  let lastProblem: string | undefined
  let listener: ((changed: TlsMaterial) => void) | undefined
  const look = (): void => {
    try {
      const found = readMaterial(certFile, keyFile)
      lastProblem = undefined
      if (found.cert.equals(current.cert) && found.key.equals(current.key)) return
      current = found
      listener?.(found)
      onReload?.()
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      // Once, not at each look.
      if (problem !== lastProblem) onWarning(`${problem} The certificate that was read before stays in use.`)
      lastProblem = problem
    }
  }
  const timer = setInterval(look, pollMs)
  timer.unref()
  return {
    material,
    onChange(apply) {
      listener = apply
    },
    close: () => clearInterval(timer),
  }
}

function readMaterial(certFile: string, keyFile: string): TlsMaterial {
  const cert = readPem(certFile, 'FACECOMPARE_TLS_CERT')
  const key = readPem(keyFile, 'FACECOMPARE_TLS_KEY')
  try {
    createSecureContext({ cert })
  } catch (cause) {
    throw new Error('The file of FACECOMPARE_TLS_CERT is no certificate in PEM.', { cause })
  }
  try {
    createSecureContext({ key })
  } catch (cause) {
    throw new Error('The file of FACECOMPARE_TLS_KEY is no private key in PEM without a passphrase.', { cause })
  }
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw new Error('The key of FACECOMPARE_TLS_KEY does not belong to the certificate of FACECOMPARE_TLS_CERT.', {
      cause,
    })
  }
  return { cert, key }
}

function readPem(file: string, setting: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Error(`The file of ${setting} cannot be read.`, { cause })
  }
}
