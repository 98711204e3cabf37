import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/ops/metrics.js'

const CALL = { path: '/face/compare', code: 0, aborted: false, stages: {}, bytes: {} }

describe('the metrics', () => {
  it('count calls by code, and neither health checks nor what a client left as calls', async () => {
    const metrics = createMetrics()
    metrics.countCall(CALL)
    metrics.countCall(CALL)
    metrics.countCall({ ...CALL, path: '/face/detect', code: -1101, bytes: { received: 100, sent: 20 } })
    metrics.countCall({ ...CALL, code: undefined })
    metrics.countCall({ ...CALL, code: undefined, aborted: true })
    const text = await metrics.render()
    expect(text).toContain('facecompare_calls_total{path="/face/compare",code="0"} 2\n')
    expect(text).toContain('facecompare_calls_total{path="/face/detect",code="-1101"} 1\n')
    expect(text).not.toContain('undefined')
    expect(text).toContain('facecompare_calls_aborted_total 1\n')
    expect(text).toContain('facecompare_received_bytes_total 100\n')
    expect(text).toContain('facecompare_sent_bytes_total 20\n')
  })

  it('have stages in seconds, of both images together, and the whole call', async () => {
    const metrics = createMetrics()
    metrics.countCall({ ...CALL, stages: { decodeA: 10, decodeB: 30, upload: 2000, total: 2100 } })
    const text = await metrics.render()
    expect(text).toContain('facecompare_stage_seconds_count{stage="decode"} 2\n')
    expect(text).toContain('facecompare_stage_seconds_sum{stage="decode"} 0.04\n')
    expect(text).toContain('facecompare_stage_seconds_bucket{le="1",stage="upload"} 0\n')
    expect(text).toContain('facecompare_stage_seconds_bucket{le="2.5",stage="upload"} 1\n')
    expect(text).toContain('facecompare_call_seconds_sum{path="/face/compare"} 2.1\n')
    expect(text).not.toContain('stage="total"')
  })

  it('have what waits and what runs, read when it is asked for', async () => {
    const metrics = createMetrics()
    expect(await metrics.render()).toContain('facecompare_running_images 0\n')
    let waiting = 1
    let draining = false
    let memory = [100, 200]
    metrics.watch({
      waitingImages: () => waiting,
      queueSize: 8,
      workers: () => 2,
      workerMemory: () => memory,
      uploadBytes: () => 12,
      isDraining: () => draining,
    })
    const closeImages = [metrics.openImage(), metrics.openImage(), metrics.openImage()]
    const busy = await metrics.render()
    expect(busy).toContain('facecompare_queue_images 1\n')
    expect(busy).toContain('facecompare_running_images 2\n')
    expect(busy).toContain('facecompare_queue_limit_images 8\n')
    expect(busy).toContain('facecompare_workers 2\n')
    expect(busy).toContain('facecompare_worker_resident_memory_bytes{worker="2"} 200\n')
    expect(busy).toContain('facecompare_upload_memory_bytes 12\n')
    expect(busy).toContain('facecompare_draining 0\n')
    waiting = 0
    draining = true
    memory = [300]
    for (const close of closeImages) close()
    const idle = await metrics.render()
    expect(idle).toContain('facecompare_queue_images 0\n')
    expect(idle).toContain('facecompare_running_images 0\n')
    expect(idle).toContain('facecompare_draining 1\n')
    expect(idle).toContain('facecompare_worker_resident_memory_bytes{worker="1"} 300\n')
    expect(idle).not.toContain('worker="2"')
  })

  it('have the faces of a gallery and the time of its searches', async () => {
    const metrics = createMetrics()
    expect(await metrics.render()).toContain('facecompare_gallery_faces 0\n')
    metrics.watchGallery(() => 7)
    metrics.countSearch(20)
    const text = await metrics.render()
    expect(text).toContain('facecompare_gallery_faces 7\n')
    expect(text).toContain('facecompare_search_seconds_sum 0.02\n')
    expect(text).toContain('facecompare_search_seconds_bucket{le="0.01"} 0\n')
  })

  it('count losses and refusals', async () => {
    const metrics = createMetrics()
    metrics.countWorkerLoss()
    metrics.countRefusedUrl()
    metrics.countAddressRefusal()
    metrics.countRefusedConnection()
    const text = await metrics.render()
    for (const name of [
      'worker_losses_total',
      'urls_refused_total',
      'address_refusals_total',
      'connections_refused_total',
    ]) {
      expect(text).toContain(`facecompare_${name} 1\n`)
    }
  })

  it('have the delay of the event loop and the memory of the process', async () => {
    const names = await createMetrics().names()
    expect(names).toEqual(expect.arrayContaining(['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']))
  })
})
