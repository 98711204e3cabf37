import { readFileSync } from 'node:fs'
import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/ops/metrics.js'
import { at, listAt, readText, readYaml } from './deploy-files.js'

const rules = listAt(readYaml('prometheus-rules.yml'), 'groups').flatMap((group) => listAt(group, 'rules'))
const alarms = rules.map((rule) => ({ name: String(at(rule, 'alert')), expression: String(at(rule, 'expr')) }))
const panels: readonly { readonly targets: readonly { readonly expr: string }[] }[] = JSON.parse(
  readText('grafana-dashboard.json'),
).panels
const shown = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

/** Prometheus makes it itself for everything that it asks. */
const OF_PROMETHEUS = ['up']

/** What an expression asks for; throws where Prometheus' grammar finds an error. */
function metricsIn(expression: string): readonly string[] {
  const names: string[] = []
  // A dashboard's variable stands for a duration.
  const text = expression.replaceAll('$__rate_interval', '5m')
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`Not PromQL at ${node.from}: ${text}`)
      // The name alone: behind it the labels begin.
      if (node.name === 'VectorSelector') names.push(/^\w+/.exec(text.slice(node.from, node.to))?.[0] ?? '')
    },
  })
  return names
}

describe('the alarms', () => {
  it('are PromQL and ask only for metrics that there are', async () => {
    const known = [...(await createMetrics().names()), ...OF_PROMETHEUS]
    const asked = alarms.flatMap(({ expression }) => metricsIn(expression))
    expect(asked.length).toBeGreaterThanOrEqual(alarms.length)
    expect(asked.filter((name) => !known.includes(name))).toEqual([])
    expect(() => metricsIn('sum(rate(up[5m]) > > 0')).toThrow('Not PromQL')
  })

  it('have a name of their own, a severity, and a sentence', () => {
    expect(new Set(alarms.map(({ name }) => name)).size).toBe(alarms.length)
    for (const rule of rules) {
      expect(at(rule, 'alert')).toMatch(/^Facecompare[A-Z]\w+$/)
      expect(['critical', 'warning', 'info']).toContain(at(rule, 'labels', 'severity'))
      expect(at(rule, 'annotations', 'summary')).toMatch(/\.$/)
      expect(String(at(rule, 'for') ?? '0m')).toMatch(/^\d+m$/)
    }
  })

  it('are explained in docs/operations.md, all of them and no others', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    const told = [...page.matchAll(/^\| `(Facecompare\w+)` \|/gm)].map(([, name]) => name)
    expect(told).toEqual(alarms.map(({ name }) => name))
  })
})

it('the dashboard asks in PromQL', () => {
  expect(shown.flatMap(metricsIn).length).toBeGreaterThan(10)
})

describe('scaling by queue depth', () => {
  it('goes by a metric of the service, which the adapter takes from Prometheus under its own name', async () => {
    const name = at(readYaml('kubernetes/hpa.yaml'), 'spec', 'metrics', 0, 'pods', 'metric', 'name')
    const rule = at(readYaml('kubernetes/prometheus-adapter-rule.yaml'), 'rules', 'custom', 0)
    expect(await createMetrics().names()).toContain(name)
    expect(metricsIn(String(at(rule, 'seriesQuery')))).toEqual([name])
    expect(at(rule, 'name', 'as')).toBe(name)
  })
})
