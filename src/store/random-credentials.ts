import { randomInt } from 'node:crypto'

const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** 8 digits, `10......`, like the appids of the original service. */
export function makeAppid(): string {
  return `10${String(randomInt(1_000_000)).padStart(6, '0')}`
}

/** `AKID` and 32 alphanumerics. */
export function makeSecretId(): string {
  return `AKID${drawAlphanumerics(32)}`
}

/** 32 alphanumerics, 190 bits. */
export function makeSecretKey(): string {
  return drawAlphanumerics(32)
}

function drawAlphanumerics(length: number): string {
  return Array.from({ length }, () => ALPHANUMERICS.charAt(randomInt(ALPHANUMERICS.length))).join('')
}
