import { isIP } from 'node:net'

/**
 * The text of a setting is refused. `message` goes on after "FACECOMPARE_... must be" and never repeats the text, which may
 * be a secret in the wrong place.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** An app and key that are put into the store at start. `secretKey` is a secret. */
export interface BootstrapApp {
  readonly appid: string
  readonly secretId: string
  readonly secretKey: string
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** The interfaces of other clouds that are spoken. */
export const DOORS = ['rekognition', 'tencent-iai'] as const

export type Door = (typeof DOORS)[number]

export const KIBIBYTE = 1024
export const MEBIBYTE = 1024 * KIBIBYTE

const HOST_NAME = /^(?=.{1,253}$)[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_]([a-z\d_-]*[a-z\d_])?)*$/i

/** Both ends belong to the range. */
export function wholeNumber(least: number, most = Number.POSITIVE_INFINITY): (text: string) => number {
  const range = most === Number.POSITIVE_INFINITY ? `${least} on` : `${least} to ${most}`
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1
    if (value < least || value > most) throw new Refusal(`a whole number from ${range}`)
    return value
  }
}

/** 0 to 100, decimals too. */
export function parseScoreText(text: string): number {
  const score = /^\d{1,3}(\.\d{1,10})?$/.test(text) ? Number(text) : -1
  if (score < 0 || score > 100) throw new Refusal('a number from 0 to 100')
  return score
}

/** From `least` bytes to `most`, a whole number of MiB. */
export function byteCount(most: number, least = 1): (text: string) => number {
  return (text) => {
    const [, digits, unit = ''] = /^(\d{1,15}) ?(KiB|MiB)?$/i.exec(text) ?? []
    const bytes = Number(digits) * ({ kib: KIBIBYTE, mib: MEBIBYTE }[unit.toLowerCase()] ?? 1)
    if (!(bytes >= least && bytes <= most)) {
      throw new Refusal(`a number of bytes, or one with the suffix KiB or MiB, from ${least} to ${most / MEBIBYTE}MiB`)
    }
    return bytes
  }
}

/** Entries with commas between; empty ones are skipped. */
export function listOf(parse: (entry: string) => string): (text: string) => readonly string[] {
  return (text) => {
    const entries = text.split(',').map((entry) => entry.trim())
    return [...new Set(entries.filter((entry) => entry !== '').map(parse))]
  }
}

/** What a server can listen on. */
export function parseHost(text: string): string {
  if (isIP(text) === 0 && !isHostName(text)) throw new Refusal('an IP address or a host name, without a port')
  return text
}

/** An address, or a network in CIDR form. */
export function parseNetwork(text: string): string {
  const entry = text.toLowerCase()
  if (!isNetwork(entry)) throw new Refusal('addresses or networks (such as 10.1.0.0/16) with commas between')
  return entry
}

/** A host name (`*.` in front of it stands for all below it), an address or a network in CIDR form. */
export function parseUrlTarget(text: string): string {
  const entry = text.toLowerCase()
  if (!isNetwork(entry) && !isHostName(entry.replace(/^\*\./, ''))) {
    throw new Refusal('host names, addresses or networks (such as 10.1.0.0/16) with commas between')
  }
  return entry
}

/** As browsers send it: scheme, host and port, without a path. */
export function parseOrigin(text: string): string {
  if (text === '*') return text
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.toLowerCase()) {
    throw new Refusal('* or origins (such as https://app.example.com, without a path) with commas between')
  }
  return url.origin
}

export function parseSwitch(text: string): boolean {
  if (!/^(1|0|true|false)$/i.test(text)) throw new Refusal('1, true, 0 or false')
  return text === '1' || text.toLowerCase() === 'true'
}

/** Names of {@link DOORS} with commas between, or `none`. */
export function parseDoors(text: string): readonly Door[] {
  const names = text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  if (names.length === 1 && names[0] === 'none') return []
  const doors = DOORS.filter((door) => names.includes(door))
  if (names.some((name) => !DOORS.some((door) => door === name))) {
    throw new Refusal(`none, or names of ${DOORS.join(', ')} with commas between`)
  }
  return doors
}

export function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text.toLowerCase())
  if (!level) throw new Refusal(`one of ${LOG_LEVELS.join(', ')}`)
  return level
}

/** Only the shape: the store reads it. */
export function parseMasterKeyText(text: string): string {
  if (!/^([0-9a-f]{64}|[a-z\d+/]{43}=?)$/i.test(text)) {
    throw new Refusal('32 bytes, written as 64 hex digits or as Base64 (one comes from: openssl rand -hex 32)')
  }
  return text
}

/** Where the PostgreSQL server is; the driver reads the rest. */
export function parseDatabaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new Refusal('a url such as postgres://user:password@host:5432/database')
  }
  return text
}

export function parseBootstrapApp(text: string): BootstrapApp {
  const [, appid, secretId, secretKey] = /^([\w.-]{1,64}):([\w-]{1,128}):([!-~]{16,256})$/.exec(text) ?? []
  if (appid === undefined || secretId === undefined || secretKey === undefined) {
    throw new Refusal(
      'appid:secretId:secretKey, the first two of letters and digits, the last of at least 16 characters',
    )
  }
  return { appid, secretId, secretKey }
}

function isNetwork(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
}

/** Digits and dots alone are an address that is written wrongly, not a name. */
function isHostName(text: string): boolean {
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text)
}
