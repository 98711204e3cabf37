import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.js'
import { at, listAt, listFiles, readYaml, settingsOf } from './deploy-files.js'

/** The type of `kubernetes-types` that a kind has. Others have their own checks below. */
const TYPES: Readonly<Record<string, readonly [module: string, type: string]>> = {
  Namespace: ['core/v1', 'Namespace'],
  Secret: ['core/v1', 'Secret'],
  Service: ['core/v1', 'Service'],
  Deployment: ['apps/v1', 'Deployment'],
  HorizontalPodAutoscaler: ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  PodDisruptionBudget: ['policy/v1', 'PodDisruptionBudget'],
  NetworkPolicy: ['networking/v1', 'NetworkPolicy'],
  Ingress: ['networking/v1', 'Ingress'],
}
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

/**
 * Has the compiler compare resources with the types of the Kubernetes API: a field that is unknown, missing or of the wrong
 * type is an error. Returns what it prints.
 */
function compile(resources: readonly unknown[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'facecompare-test-'))
  try {
    const lines = resources.map((resource, i) => {
      const [module, type] = TYPES[String(at(resource, 'kind'))] ?? ['no such kind', 'Nothing']
      return `export const r${i}: import('kubernetes-types/${module}').${type} = ${JSON.stringify(resource)}`
    })
    writeFileSync(join(folder, 'resources.ts'), lines.join('\n'))
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      types: [],
      paths: { 'kubernetes-types/*': [`${MODULES}/kubernetes-types/*`] },
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['resources.ts'] }))
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
    return stdout + stderr
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const file = (name: string) => readYaml(`kubernetes/${name}.yaml`)
const deployment = file('deployment')
const pod = at(deployment, 'spec', 'template', 'spec')
const container = at(pod, 'containers', 0)
const labels = at(deployment, 'spec', 'template', 'metadata', 'labels')
const ports = Object.fromEntries(
  listAt(container, 'ports').map((port) => [at(port, 'name'), at(port, 'containerPort')]),
)

const GOOD_SECRETS = {
  FACECOMPARE_DATABASE_URL: 'postgres://facecompare:secret@db:5432/facecompare',
  FACECOMPARE_MASTER_KEY: '0'.repeat(64),
  FACECOMPARE_BOOTSTRAP_APP: '10000001:AKIDexample:a-key-that-is-long-enough',
}

describe('the Kubernetes resources', () => {
  const resources = listFiles('kubernetes').map((name) => readYaml(name))

  it('are what the types of the Kubernetes API say, without an unknown field', () => {
    const typed = resources.filter((resource) => String(at(resource, 'kind')) in TYPES)
    expect(typed).toHaveLength(Object.keys(TYPES).length)
    expect(compile(typed)).toBe('')
    for (const resource of typed) {
      const [module = ''] = TYPES[String(at(resource, 'kind'))] ?? []
      // `core/v1` is `v1` on the wire, the others have the end of their group cut off.
      expect(String(at(resource, 'apiVersion')).replace('.k8s.io', '')).toBe(module.replace('core/', ''))
    }
  }, 60_000)

  it('would be found out if they were not', () => {
    const { kind, ...rest } = { ...Object(deployment), unknownField: 1 }
    expect(compile([{ kind, ...rest }])).toContain('unknownField')
  }, 60_000)

  it('are all listed by the kustomization, but for those that need more than Kubernetes', () => {
    const listed = listAt(file('kustomization'), 'resources').map((name) => `kubernetes/${String(name)}`)
    const optional = ['kustomization', 'ingress', 'pod-monitor', 'prometheus-adapter-rule'].map(
      (name) => `kubernetes/${name}.yaml`,
    )
    expect([...listed, ...optional].sort()).toEqual([...listFiles('kubernetes')].sort())
  })
})

describe('the Deployment', () => {
  const env = settingsOf(listAt(container, 'env').map((entry) => [at(entry, 'name'), at(entry, 'value')]))
  const config = readConfig({ FACECOMPARE_HOST: '0.0.0.0', ...env, ...GOOD_SECRETS })

  it('has settings that the service accepts, and ports and workers that agree with them', () => {
    expect(ports).toEqual({ http: config.port, ops: config.opsPort })
    expect(config.opsHost).toBe('0.0.0.0')
    expect(String(config.workers)).toBe(at(container, 'resources', 'requests', 'cpu'))
  })

  it('gives the service the time that it needs to end', () => {
    const [program, preStopSeconds] = listAt(container, 'lifecycle', 'preStop', 'exec', 'command')
    expect(program).toBe('sleep')
    const neededMs = 1000 * Number(preStopSeconds) + config.drainTimeoutMs + 5000
    expect(Number(at(pod, 'terminationGracePeriodSeconds')) * 1000).toBeGreaterThanOrEqual(neededMs)
  })

  it('is asked on the operations port, and without the variables of the Service', () => {
    const paths = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => {
      return [at(container, probe, 'httpGet', 'path'), at(container, probe, 'httpGet', 'port')]
    })
    expect(paths).toEqual([
      ['/healthz', 'ops'],
      ['/healthz', 'ops'],
      ['/readyz', 'ops'],
    ])
    expect(at(pod, 'enableServiceLinks')).toBe(false)
  })

  it('keeps to the restricted pod security standard, with a root that cannot be written', () => {
    expect(at(pod, 'securityContext')).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(at(container, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(listAt(pod, 'volumes')).toEqual([])
  })
})

it('the example secrets are refused, each of them, so that nobody starts with them', () => {
  const secrets = Object(at(file('secret'), 'stringData'))
  expect(Object.keys(secrets).sort()).toEqual(Object.keys(GOOD_SECRETS).sort())
  for (const name of Object.keys(secrets)) {
    expect(() => readConfig({ ...GOOD_SECRETS, [name]: secrets[name] }), name).toThrow(name)
  }
  expect(() => readConfig(GOOD_SECRETS)).not.toThrow()
})

it('everything that selects pods selects those of the Deployment', () => {
  const selectors = [
    at(deployment, 'spec', 'selector', 'matchLabels'),
    at(file('service'), 'spec', 'selector'),
    at(file('pdb'), 'spec', 'selector', 'matchLabels'),
    at(file('network-policy'), 'spec', 'podSelector', 'matchLabels'),
    at(file('pod-monitor'), 'spec', 'selector', 'matchLabels'),
  ]
  for (const selector of selectors) expect(selector).toEqual(labels)
  expect(at(file('hpa'), 'spec', 'scaleTargetRef', 'name')).toBe(at(deployment, 'metadata', 'name'))
  expect(at(file('service'), 'spec', 'ports', 0, 'targetPort')).toBe('http')
  expect(at(file('pod-monitor'), 'spec', 'podMetricsEndpoints', 0, 'port')).toBe('ops')
})

describe('the NetworkPolicy', () => {
  const policy = file('network-policy')

  it('lets in calls and metrics, each on a port of the container', () => {
    const let_in = listAt(policy, 'spec', 'ingress').map((rule) => at(rule, 'ports', 0, 'port'))
    expect(let_in).toEqual(['http', 'ops'])
    expect(Object.keys(ports)).toEqual(expect.arrayContaining(let_in))
  })

  it('lets images be fetched from public addresses alone', () => {
    const [v4, v6] = listAt(policy, 'spec', 'egress', 2, 'to').map((to) => at(to, 'ipBlock'))
    expect(v4).toMatchObject({
      cidr: '0.0.0.0/0',
      except: expect.arrayContaining([
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '169.254.0.0/16',
        '127.0.0.0/8',
      ]),
    })
    expect(v6).toMatchObject({ cidr: '2000::/3' })
  })
})
