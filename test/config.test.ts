import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig, SETTINGS } from '../src/config.js'
import { queueSizeFor } from '../src/defaults.js'

function problemsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const HEX_KEY = '00112233445566778899aabbccddeeff'.repeat(2)
const OTHER_HEX_KEY = HEX_KEY.replace('0', '1')

describe('readConfig refuses', () => {
  it.each([
    ['HOST', ['a b', 'http://localhost', 'localhost:80', '[::1]', '256.1.1.1', '1.2.3', '-x', 'a..b']],
    ['PORT', ['x', '-1', '65536', '80.5', '0x50', '1e3', '+80', '٨٠', 'tcp://10.0.0.1:8080']],
    ['DATABASE_URL', ['db', 'db:5432', 'mysql://u:password@h/db', 'postgres:// a', '//h/facecompare']],
    ['MASTER_KEY', ['hunter2', HEX_KEY.slice(1), `${HEX_KEY}0`, Buffer.alloc(31).toString('base64')]],
    ['MASTER_KEY_NEXT', ['hunter2', HEX_KEY.slice(1)]],
    [
      'BOOTSTRAP_APP',
      ['1', '1:2', `1:2:${'x'.repeat(15)}`, `:2:${'x'.repeat(16)}`, `1::${'x'.repeat(16)}`, `a&b:2:${'x'.repeat(16)}`],
    ],
    ['WORKERS', ['0', '-1', '257', 'all']],
    ['MAX_IMAGE_BYTES', ['0', '10MB', '10 M', '-1', '1.5MiB', '129MiB', 'MiB', '999999999999999MiB']],
    ['MAX_PIXELS', ['0', '40MP', '250000001']],
    ['RATE_LIMIT', ['-1', '0.5', '10/s']],
    [
      'URL_ALLOW',
      [
        'http://a.b',
        'a.b:80',
        'a/b',
        '10.0.0.0/33',
        '10.0.0.0/',
        '10.0.0/8',
        '::/129',
        '1.2.3.4/8/8',
        '*',
        'a.*.b',
        'ok,n o',
      ],
    ],
    ['URL_TIMEOUT_MS', ['0', 'never']],
    [
      'CORS_ORIGINS',
      ['www.my-app.org', 'https://a.b/', 'https://a.b/x', 'ftp://a.b', 'https://u@a.b', 'null', '*,nope'],
    ],
    ['STATUS_ALWAYS_200', ['yes', '2', 'on']],
    ['LOG_LEVEL', ['verbose', '30']],
    ['GALLERY', ['yes', 'on']],
    ['MAX_GROUPS', ['0', '10001', 'many']],
    ['MAX_FACES_PER_PERSON', ['0', '1001']],
    ['MIN_CONFIDENCE', ['-1', '100.1', '80%', '1e1', 'NaN']],
    ['SEARCH', ['faiss', '1', 'memory,pgvector']],
    ['DOORS', ['aws', 'rekognition,none', 'rekognition;tencent-iai', ',']],
    ['OPS_HOST', ['localhost:80', '256.1.1.1']],
    ['DRAIN_TIMEOUT_MS', ['0', '25s']],
    ['TRUST_PROXY', ['true', '1', 'proxy.internal', '10.0.0.0/33', '10.0.0.1:80', '*', 'fe80::1%eth0', '10.0.0.1,x']],
    ['ADDRESS_RATE_LIMIT', ['-1', '5/s']],
    ['MAX_CONNECTIONS', ['0', '-1', 'many']],
    ['MAX_UPLOAD_BYTES_IN_FLIGHT', ['0', '1GB', '65537MiB']],
    ['MIN_UPLOAD_RATE', ['-1', '1GB', '2MiB']],
    ['OPS_PORT', ['off', '-1', '65536', 'tcp://10.0.0.1:8080']],
  ])('%s', (name, values) => {
    for (const value of values) {
      const problems = problemsOf({ [`FACECOMPARE_${name}`]: value })
      expect([value, problems]).toEqual([value, [expect.stringMatching(`^FACECOMPARE_${name} must be .*\\.$`)]])
      if (value.length > 6) expect(problems.join()).not.toContain(value)
    }
  })

  it('a certificate without a key, and a key without a certificate', () => {
    const problem = 'FACECOMPARE_TLS_CERT is of no use without FACECOMPARE_TLS_KEY.'
    expect(problemsOf({ FACECOMPARE_TLS_CERT: '/tls.crt' })).toEqual([problem])
    expect(problemsOf({ FACECOMPARE_TLS_KEY: '/tls.key' })).toHaveLength(1)
    expect(problemsOf({ FACECOMPARE_TLS_CERT: '/tls.crt', FACECOMPARE_TLS_KEY: '/tls.key' })).toEqual([])
  })

  it('a next master key without one to go from', () => {
    const problem = 'FACECOMPARE_MASTER_KEY_NEXT is of no use without FACECOMPARE_MASTER_KEY.'
    expect(problemsOf({ FACECOMPARE_MASTER_KEY_NEXT: HEX_KEY })).toEqual([problem])
  })

  it('everything at once, one line each', () => {
    const env = {
      FACECOMPARE_PORT: 'x',
      FACECOMPARE_MASTER_KEY: 'hunter2hunter2',
      FACECOMPARE_BOOTSTRAP_APP: 'hunter2hunter2',
      FACECOMPARE_WORKER: '2',
    }
    expect(problemsOf(env)).toHaveLength(4)
    expect(() => readConfig(env)).toThrow(/^FACECOMPARE_WORKER [^\n]+\nFACECOMPARE_PORT [^\n]+(\n[^\n]+){2}$/)
    expect(() => readConfig(env)).not.toThrow(/hunter2/)
  })

  it('a database without a master key, which the replicas could not share', () => {
    const env = { FACECOMPARE_DATABASE_URL: 'postgresql://u:p@h/d', FACECOMPARE_MASTER_KEY: ' ' }
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^FACECOMPARE_MASTER_KEY must be set with .*\.$/)])
  })

  it('a search in the database without one, or of encrypted templates, as they are by default', () => {
    expect(problemsOf({ FACECOMPARE_SEARCH: 'pgvector' })).toEqual([
      expect.stringMatching(/set FACECOMPARE_DATABASE_URL\.$/),
      expect.stringMatching(/^FACECOMPARE_SEARCH=pgvector needs FACECOMPARE_ENCRYPT_TEMPLATES=0: .*\.$/),
    ])
  })

  it.each([
    ['FACECOMPARE_PROT', 'FACECOMPARE_PROT is no setting; did you mean FACECOMPARE_PORT?'],
    ['FACECOMPARE_URL_ALOW', 'FACECOMPARE_URL_ALOW is no setting; did you mean FACECOMPARE_URL_ALLOW?'],
    ['FACECOMPARE_port', 'FACECOMPARE_port is no setting.'],
    ['FACECOMPARE_FEATURES', 'FACECOMPARE_FEATURES is no setting.'],
    ['FACECOMPARE_QUEUE_SIZE', 'FACECOMPARE_QUEUE_SIZE is no setting.'],
    ['FACECOMPARE_CACHE_DIR', 'FACECOMPARE_CACHE_DIR is no setting.'],
    ['FACECOMPARE_EFFORT', 'FACECOMPARE_EFFORT is no setting.'],
    ['FACECOMPARE_', 'FACECOMPARE_ is no setting.'],
  ])('the unknown %s', (name, problem) => {
    expect(problemsOf({ [name]: 'hunter2' })).toEqual([problem])
  })

  it('the service links of Kubernetes, and says what to do', () => {
    const env = { FACECOMPARE_PORT: 'tcp://10.0.0.1:80', FACECOMPARE_SERVICE_HOST: '10.0.0.1' }
    for (const problem of problemsOf(env)) expect(problem).toContain('enableServiceLinks')
    expect(problemsOf(env)).toHaveLength(2)
  })
})

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({ PATH: '/bin', FACE: 'x', FACECOMPARE: 'x' })).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataDir: './data',
      databaseUrl: undefined,
      masterKey: undefined,
      masterKeyNext: undefined,
      bootstrapApp: undefined,
      workers: availableParallelism(),
      maxImageBytes: 10_485_760,
      maxPixels: 40_000_000,
      rateLimit: 0,
      urlAllow: [],
      urlTimeoutMs: 5000,
      corsOrigins: [],
      statusAlways200: true,
      modelPack: undefined,
      logLevel: 'info',
      opsHost: '127.0.0.1',
      opsPort: 0,
      drainTimeoutMs: 25_000,
      tlsCert: undefined,
      tlsKey: undefined,
      trustProxy: [],
      addressRateLimit: 0,
      maxConnections: 2000,
      maxUploadBytesInFlight: 268_435_456,
      minUploadRate: 16_384,
      gallery: false,
      encryptTemplates: true,
      maxGroups: 5000,
      maxPersonsPerGroup: 20_000,
      maxFacesPerPerson: 20,
      maxCandidates: 5,
      minConfidence: 0,
      search: 'memory',
      doors: ['rekognition', 'tencent-iai'],
      s3Folder: undefined,
    })
  })

  it('takes an empty value for the default', () => {
    const empty = Object.fromEntries(Object.values(SETTINGS).map(({ variable }) => [variable, ' ']))
    expect(readConfig(empty)).toEqual(readConfig({}))
  })

  it('reads everything', () => {
    const config = readConfig({
      FACECOMPARE_HOST: '::',
      FACECOMPARE_PORT: '0',
      FACECOMPARE_DATA_DIR: '/data',
      FACECOMPARE_DATABASE_URL: 'postgres://u:p@h/d',
      FACECOMPARE_MASTER_KEY: `${HEX_KEY}\n`,
      FACECOMPARE_MASTER_KEY_NEXT: OTHER_HEX_KEY,
      FACECOMPARE_BOOTSTRAP_APP: '10001290:AKIDexample:secret:with:colons',
      FACECOMPARE_WORKERS: '3',
      FACECOMPARE_MAX_IMAGE_BYTES: '512KiB',
      FACECOMPARE_MAX_PIXELS: '1000000',
      FACECOMPARE_RATE_LIMIT: '5',
      FACECOMPARE_URL_ALLOW: 'Images.Internal, *.cdn.internal,10.0.0.0/8,fd00::/8,127.0.0.1,,::1',
      FACECOMPARE_URL_TIMEOUT_MS: '100',
      FACECOMPARE_CORS_ORIGINS: 'https://app.example.com, http://localhost:3000',
      FACECOMPARE_STATUS_ALWAYS_200: 'FALSE',
      FACECOMPARE_MODEL_PACK: '/packs/mine',
      FACECOMPARE_LOG_LEVEL: 'Debug',
      FACECOMPARE_OPS_HOST: '::1',
      FACECOMPARE_OPS_PORT: '9464',
      FACECOMPARE_DRAIN_TIMEOUT_MS: '1000',
      FACECOMPARE_TLS_CERT: '/tls.crt',
      FACECOMPARE_TLS_KEY: '/tls.key',
      FACECOMPARE_TRUST_PROXY: '10.0.0.0/8, FD00::/8,127.0.0.1',
      FACECOMPARE_ADDRESS_RATE_LIMIT: '7',
      FACECOMPARE_MAX_CONNECTIONS: '9',
      FACECOMPARE_MAX_UPLOAD_BYTES_IN_FLIGHT: '1MiB',
      FACECOMPARE_MIN_UPLOAD_RATE: '0',
      FACECOMPARE_GALLERY: '1',
      FACECOMPARE_ENCRYPT_TEMPLATES: '0',
      FACECOMPARE_MAX_GROUPS: '10000',
      FACECOMPARE_MAX_PERSONS_PER_GROUP: '1000000',
      FACECOMPARE_MAX_FACES_PER_PERSON: '2',
      FACECOMPARE_MAX_CANDIDATES: '1',
      FACECOMPARE_MIN_CONFIDENCE: '82.5',
      FACECOMPARE_SEARCH: 'pgvector',
      FACECOMPARE_DOORS: 'tencent-iai',
      FACECOMPARE_S3_FOLDER: '/srv/pictures',
    })
    expect(config).toEqual({
      host: '::',
      port: 0,
      dataDir: '/data',
      databaseUrl: 'postgres://u:p@h/d',
      masterKey: HEX_KEY,
      masterKeyNext: OTHER_HEX_KEY,
      bootstrapApp: { appid: '10001290', secretId: 'AKIDexample', secretKey: 'secret:with:colons' },
      workers: 3,
      maxImageBytes: 524_288,
      maxPixels: 1_000_000,
      rateLimit: 5,
      urlAllow: ['images.internal', '*.cdn.internal', '10.0.0.0/8', 'fd00::/8', '127.0.0.1', '::1'],
      urlTimeoutMs: 100,
      corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
      statusAlways200: false,
      modelPack: '/packs/mine',
      logLevel: 'debug',
      opsHost: '::1',
      opsPort: 9464,
      drainTimeoutMs: 1000,
      tlsCert: '/tls.crt',
      tlsKey: '/tls.key',
      trustProxy: ['10.0.0.0/8', 'fd00::/8', '127.0.0.1'],
      addressRateLimit: 7,
      maxConnections: 9,
      maxUploadBytesInFlight: 1_048_576,
      minUploadRate: 0,
      gallery: true,
      encryptTemplates: false,
      maxGroups: 10_000,
      maxPersonsPerGroup: 1_000_000,
      maxFacesPerPerson: 2,
      maxCandidates: 1,
      minConfidence: 82.5,
      search: 'pgvector',
      doors: ['tencent-iai'],
      s3Folder: '/srv/pictures',
    })
    for (const value of [config, config.bootstrapApp, config.urlAllow]) expect(Object.isFrozen(value)).toBe(true)
  })

  it('lets as many images wait as the threads can answer soon', () => {
    expect([1, 2, 4].map(queueSizeFor)).toEqual([7, 6, 12])
  })

  it.each([
    ['1000', 1000],
    ['1kib', 1024],
    ['2 MiB', 2_097_152],
  ])('reads the size %s', (text, bytes) => {
    expect(readConfig({ FACECOMPARE_MAX_IMAGE_BYTES: text }).maxImageBytes).toBe(bytes)
  })

  it('takes * for all origins, and Base64 for the master key', () => {
    const masterKey = Buffer.from(HEX_KEY, 'hex').toString('base64')
    const config = readConfig({ FACECOMPARE_CORS_ORIGINS: '*', FACECOMPARE_MASTER_KEY: masterKey })
    expect(config).toMatchObject({ corsOrigins: ['*'], masterKey })
  })
})

describe('SETTINGS', () => {
  it.each(Object.entries(SETTINGS))('%s can be documented', (name, setting) => {
    const property = setting.variable
      .replace('FACECOMPARE_', '')
      .toLowerCase()
      .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
    expect(property).toBe(name)
    expect(setting.description).toMatch(/^[A-Z][^\n]*\.$/)
    expect(setting.fallbackText).not.toMatch(/undefined|=>|^$|\[object/)
    if (!setting.example.includes('(')) expect(() => setting.parse(setting.example)).not.toThrow()
  })
})
