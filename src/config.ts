import { availableParallelism } from 'node:os'
import { findConflicts } from './config/combinations.js'
import { GALLERY_SETTINGS } from './config/gallery-settings.js'
import { SEARCH_SETTINGS } from './config/search-settings.js'
import { SERVICE_SETTINGS } from './config/service-settings.js'
import { define, type Setting } from './config/setting.js'
import { findUnknown, kubernetesHint, PREFIX } from './config/unknown-settings.js'
import {
  type BootstrapApp,
  byteCount,
  LOG_LEVELS,
  type LogLevel,
  listOf,
  MEBIBYTE,
  parseBootstrapApp,
  parseDatabaseUrl,
  parseHost,
  parseLogLevel,
  parseMasterKeyText,
  parseOrigin,
  parseSwitch,
  parseUrlTarget,
  Refusal,
  wholeNumber,
} from './config/values.js'
import { DEFAULT_MAX_PIXELS } from './defaults.js'

export type { Setting } from './config/setting.js'
export type { BootstrapApp, LogLevel } from './config/values.js'

/** Every problem of an environment at once, one line each in `message`; none of them repeats a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** A JSON body holds two images as Base64 and must fit into one string of the runtime (512 MiB). */
const LARGEST_IMAGE_BYTES = 128 * MEBIBYTE

/** Every setting, by its name in {@link Config}, in the order of the documents. */
export const SETTINGS = {
  host: define<string>({
    variable: 'FACECOMPARE_HOST',
    description: 'Address to listen on; `0.0.0.0` or `::` for all of the machine.',
    example: '0.0.0.0',
    fallback: '127.0.0.1',
    parse: parseHost,
  }),
  port: define<number>({
    variable: 'FACECOMPARE_PORT',
    description: 'Port to listen on; 0 takes a free one.',
    example: '80',
    fallback: 8080,
    parse: wholeNumber(0, 65_535),
  }),
  dataDir: define<string>({
    variable: 'FACECOMPARE_DATA_DIR',
    description: 'Folder of the embedded store: apps, keys, used signatures, usage.',
    example: '/var/lib/facecompare',
    fallback: './data',
    parse: (text) => text,
  }),
  databaseUrl: define<string | undefined>({
    variable: 'FACECOMPARE_DATABASE_URL',
    description: 'PostgreSQL database (14 or later) in place of the embedded store, for several replicas. A secret.',
    example: 'postgres://facecompare:password@db.internal:5432/facecompare?sslmode=verify-full',
    fallback: undefined,
    fallbackText: 'none: the embedded store',
    parse: parseDatabaseUrl,
  }),
  masterKey: define<string | undefined>({
    variable: 'FACECOMPARE_MASTER_KEY',
    description: 'Secret that SecretKeys are encrypted with in the store: 32 bytes as 64 hex digits or as Base64.',
    example: '(made by: openssl rand -hex 32)',
    fallback: undefined,
    fallbackText: 'a key file in the data folder; needed with a database',
    parse: parseMasterKeyText,
  }),
  masterKeyNext: define<string | undefined>({
    variable: 'FACECOMPARE_MASTER_KEY_NEXT',
    description:
      'Second secret that the store may be encrypted with, while the first one is rotated (docs/operations.md).',
    example: '(made by: openssl rand -hex 32)',
    fallback: undefined,
    fallbackText: 'none',
    parse: parseMasterKeyText,
  }),
  bootstrapApp: define<BootstrapApp | undefined>({
    variable: 'FACECOMPARE_BOOTSTRAP_APP',
    description: 'App and key to make at start when they are absent, as `appid:secretId:secretKey`. A secret.',
    example: '10000001:AKIDexample:(at least 16 characters)',
    fallback: undefined,
    fallbackText: 'none',
    parse: parseBootstrapApp,
  }),
  workers: define<number>({
    variable: 'FACECOMPARE_WORKERS',
    description: 'Processes that compare faces, one image at a time each.',
    example: '4',
    fallback: () => Math.max(1, availableParallelism()),
    fallbackText: 'one for each available core',
    parse: wholeNumber(1, 256),
  }),
  maxImageBytes: define<number>({
    variable: 'FACECOMPARE_MAX_IMAGE_BYTES',
    description: 'Largest image, in bytes or with the suffix `KiB` or `MiB`.',
    example: '4MiB',
    fallback: 10 * MEBIBYTE,
    fallbackText: '10MiB',
    parse: byteCount(LARGEST_IMAGE_BYTES),
  }),
  maxPixels: define<number>({
    variable: 'FACECOMPARE_MAX_PIXELS',
    description: 'Most pixels of an image (width x height).',
    example: '12000000',
    fallback: DEFAULT_MAX_PIXELS,
    parse: wholeNumber(1, 250_000_000),
  }),
  rateLimit: define<number>({
    variable: 'FACECOMPARE_RATE_LIMIT',
    description: 'Calls a second of each app that has no limit of its own; 0 sets no limit.',
    example: '10',
    fallback: 0,
    parse: wholeNumber(0, 1_000_000),
  }),
  urlAllow: define<readonly string[]>({
    variable: 'FACECOMPARE_URL_ALLOW',
    description:
      'Hosts, addresses and networks that image urls may reach although they are not public; commas between.',
    example: 'images.internal,*.cdn.internal,10.1.0.0/16',
    fallback: [],
    fallbackText: 'none',
    parse: listOf(parseUrlTarget),
  }),
  urlTimeoutMs: define<number>({
    variable: 'FACECOMPARE_URL_TIMEOUT_MS',
    description: 'Longest time to fetch the image of one url, in milliseconds.',
    example: '3000',
    fallback: 5000,
    parse: wholeNumber(1, 600_000),
  }),
  corsOrigins: define<readonly string[]>({
    variable: 'FACECOMPARE_CORS_ORIGINS',
    description: 'Origins whose pages may call from a browser; commas between, or `*` for all.',
    example: 'https://app.example.com',
    fallback: [],
    fallbackText: 'none',
    parse: listOf(parseOrigin),
  }),
  statusAlways200: define<boolean>({
    variable: 'FACECOMPARE_STATUS_ALWAYS_200',
    description:
      'Answers every signed call with HTTP status 200, whatever its code, as the original service did; `0` for statuses that follow the code.',
    example: '0',
    fallback: true,
    fallbackText: '1',
    parse: parseSwitch,
  }),
  modelPack: define<string | undefined>({
    variable: 'FACECOMPARE_MODEL_PACK',
    description: 'Folder of a model pack of your own (see docs/packs.md).',
    example: '/etc/facecompare/packs/sface',
    fallback: undefined,
    fallbackText: 'the default pack',
    parse: (text) => text,
  }),
  logLevel: define<LogLevel>({
    variable: 'FACECOMPARE_LOG_LEVEL',
    description: `Least level that is logged: ${LOG_LEVELS.join(', ')}.`,
    example: 'warn',
    fallback: 'info',
    parse: parseLogLevel,
  }),
  ...SERVICE_SETTINGS,
  ...GALLERY_SETTINGS,
  ...SEARCH_SETTINGS,
}

type Settings = typeof SETTINGS

/** The checked settings. Frozen, its lists and objects as well. */
export type Config = {
  readonly [Name in keyof Settings]: ReturnType<Settings[Name]['parse']>
}

/** Reads the settings. An empty value is the default. Throws one {@link ConfigError} with every problem. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems = findUnknown(
    env,
    Object.values(SETTINGS).map(({ variable }) => variable),
  )
  const read = <T>(entry: Setting<T>): T => {
    const text = env[entry.variable]?.trim() ?? ''
    try {
      return freeze(text === '' ? entry.fallback() : entry.parse(text))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.push(`${entry.variable} must be ${error.message}.${kubernetesHint(entry.variable, text)}`)
      return entry.fallback()
    }
  }
  const values = Object.entries(SETTINGS).map(([name, setting]) => [name, read<unknown>(setting)])
  // Each value was read by the parser of its own name.
  const config = Object.freeze(Object.fromEntries(values)) as Config
  problems.push(...findConflicts(config, (name) => (env[PREFIX + name]?.trim() ?? '') !== ''))
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function freeze<T>(value: T): T {
  return typeof value === 'object' ? Object.freeze(value) : value
}
