import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/ops/metrics.js'

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string }[]
}

const text = readFileSync(new URL('../../deploy/grafana-dashboard.json', import.meta.url), 'utf8')
const dashboard: { readonly uid: string; readonly panels: readonly Panel[] } = JSON.parse(text)
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

/** Words of a PromQL expression that name a metric: neither functions, nor labels, nor keywords. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression.replace(/\{[^}]*\}|\[[^\]]*\]|\b(by|without)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/\b[a-zA-Z_:][\w:]*\b(?!\s*\()/g)].map(([word]) => word).filter((word) => word.includes('_'))
}

describe('the Grafana dashboard', () => {
  it('asks only for metrics that there are', async () => {
    const names = await createMetrics().names()
    const asked = expressions.flatMap((expression) => metricsIn(expression))
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((name) => !names.includes(name))).toEqual([])
  })

  it('shows every metric of the service that an operator needs', () => {
    const shown = expressions.join(' ')
    for (const name of [
      'facecompare_calls_total',
      'facecompare_call_seconds_bucket',
      'facecompare_stage_seconds_bucket',
      'facecompare_queue_images',
      'facecompare_running_images',
      'facecompare_worker_losses_total',
      'facecompare_draining',
      'facecompare_upload_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
      'facecompare_worker_resident_memory_bytes',
      'facecompare_connections_refused_total',
    ]) {
      expect(shown).toContain(name)
    }
  })

  it('has panels that do not overlap, each with an id of its own', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  })
})
