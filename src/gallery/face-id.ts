import { randomBytes } from 'node:crypto'

const LEAST_FACE_ID = 10n ** 18n

/** 19 digits, fit for a signed integer of 64 bits, in no order. */
export function makeFaceId(): string {
  for (;;) {
    const drawn = randomBytes(8).readBigUInt64BE() & (2n ** 63n - 1n)
    if (drawn >= LEAST_FACE_ID) return String(drawn)
  }
}
