import { define } from './setting.js'
import { parseHost, wholeNumber } from './values.js'

/** The settings of how the service is run, watched and ended. */
export const SERVICE_SETTINGS = {
  opsHost: define<string>({
    variable: 'FACECOMPARE_OPS_HOST',
    description: 'Address to listen on for metrics and health checks.',
    example: '0.0.0.0',
    fallback: '127.0.0.1',
    parse: parseHost,
  }),
  opsPort: define<number>({
    variable: 'FACECOMPARE_OPS_PORT',
    description: 'Port of `/metrics`, `/healthz` and `/readyz` (see docs/operations.md); 0 turns it off.',
    example: '9464',
    fallback: 0,
    fallbackText: '0 (off)',
    parse: wholeNumber(0, 65_535),
  }),
} as const
