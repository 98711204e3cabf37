import { define } from './setting.js'
import {
  byteCount,
  DOORS,
  type Door,
  KIBIBYTE,
  listOf,
  MEBIBYTE,
  parseDoors,
  parseHost,
  parseNetwork,
  wholeNumber,
} from './values.js'

/** 64 GiB: more is a slip of the hand. */
const LARGEST_UPLOAD_BYTES = 65_536 * MEBIBYTE

/** The settings of how the service is run, watched and ended. */
export const SERVICE_SETTINGS = {
  doors: define<readonly Door[]>({
    variable: 'FACECOMPARE_DOORS',
    description: `Interfaces of other clouds that are answered at \`/\`: ${DOORS.join(', ')}, commas between, or \`none\` (see docs/doors.md).`,
    example: 'rekognition',
    fallback: DOORS,
    fallbackText: DOORS.join(','),
    parse: parseDoors,
  }),
  s3Folder: define<string | undefined>({
    variable: 'FACECOMPARE_S3_FOLDER',
    description:
      'Folder whose folders stand for S3 buckets, and the files in them for objects, in calls of the `rekognition` door; every app may compare them.',
    example: '/srv/pictures',
    fallback: undefined,
    fallbackText: 'none: objects of S3 are unknown',
    parse: (text) => text,
  }),
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
  drainTimeoutMs: define<number>({
    variable: 'FACECOMPARE_DRAIN_TIMEOUT_MS',
    description: 'Longest time that calls under way may take when the service is asked to end, in milliseconds.',
    example: '10000',
    // Container platforms kill 30 s after they asked to end.
    fallback: 25_000,
    parse: wholeNumber(1, 600_000),
  }),
  tlsCert: define<string | undefined>({
    variable: 'FACECOMPARE_TLS_CERT',
    description: 'File of the certificate (PEM, with those between it and the root): the service then speaks https.',
    example: '/etc/facecompare/tls.crt',
    fallback: undefined,
    fallbackText: 'none (http)',
    parse: (text) => text,
  }),
  tlsKey: define<string | undefined>({
    variable: 'FACECOMPARE_TLS_KEY',
    description: 'File of the key of that certificate (PEM). Both are read again when they change.',
    example: '/etc/facecompare/tls.key',
    fallback: undefined,
    fallbackText: 'none',
    parse: (text) => text,
  }),
  trustProxy: define<readonly string[]>({
    variable: 'FACECOMPARE_TRUST_PROXY',
    description: 'Addresses and networks of proxies whose `X-Forwarded-For` is believed; commas between.',
    example: '10.0.0.0/8,192.0.2.7',
    fallback: [],
    fallbackText: 'none',
    parse: listOf(parseNetwork),
  }),
  addressRateLimit: define<number>({
    variable: 'FACECOMPARE_ADDRESS_RATE_LIMIT',
    description: 'Calls a second from each client address, counted before signatures are checked; 0 sets no limit.',
    example: '20',
    fallback: 0,
    parse: wholeNumber(0, 1_000_000),
  }),
  maxConnections: define<number>({
    variable: 'FACECOMPARE_MAX_CONNECTIONS',
    description: 'Most connections that may be open at once; further ones are closed at once.',
    example: '500',
    // Each takes one of the files that the process may have open.
    fallback: 2000,
    parse: wholeNumber(1, 1_000_000),
  }),
  maxUploadBytesInFlight: define<number>({
    variable: 'FACECOMPARE_MAX_UPLOAD_BYTES_IN_FLIGHT',
    description:
      'Most bytes of request bodies and fetched images in memory, one app three quarters of it; calls with more are refused with code 15. One call always may.',
    example: '512MiB',
    fallback: 256 * MEBIBYTE,
    fallbackText: '256MiB',
    parse: byteCount(LARGEST_UPLOAD_BYTES),
  }),
  minUploadRate: define<number>({
    variable: 'FACECOMPARE_MIN_UPLOAD_RATE',
    description:
      'Bytes a second that an upload must bring after its first 10 seconds; slower ones are answered with 408. 0 asks for none.',
    example: '4KiB',
    fallback: 16 * KIBIBYTE,
    fallbackText: '16KiB',
    parse: byteCount(MEBIBYTE, 0),
  }),
} as const
