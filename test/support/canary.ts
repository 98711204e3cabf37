/** It stands in whatever a client sends, and may stand in no line of the log. */
export const CANARY = 'CaNaRy7'

/** The canary as it is, and as it may be written. */
export const CANARY_FORMS = [
  CANARY,
  Buffer.from(CANARY).toString('base64').slice(0, 8),
  Buffer.from(CANARY).toString('hex'),
] as const
