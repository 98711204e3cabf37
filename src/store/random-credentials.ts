import { randomBytes, randomInt } from 'node:crypto'

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

const LEAST_FACE_ID = 10n ** 18n

/** 19 digits, fit for a signed integer of 64 bits, in no order. */
export function makeFaceId(): string {
  for (;;) {
    const drawn = randomBytes(8).readBigUInt64BE() & (2n ** 63n - 1n)
    if (drawn >= LEAST_FACE_ID) return String(drawn)
  }
}
