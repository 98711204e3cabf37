import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Numbers that are asked for when somebody looks, instead of being told. */
export interface Readings {
  /** Images that wait for a worker. */
  readonly waitingImages: () => number
  /** Images that may wait; more are refused. */
  readonly queueSize: number
  /** Workers that live and can analyse images now. */
  readonly workers: () => number
  /** Resident memory of each worker about when it last replied, in bytes. */
  readonly workerMemory: () => readonly number[]
  /** Bytes of request bodies and fetched images in memory. */
  readonly uploadBytes: () => number
  /** Whether the service finishes what is under way and takes nothing new. */
  readonly isDraining: () => boolean
}

/** One call that has ended. */
export interface EndedCall {
  /** One of the few paths that there are. */
  readonly path: string
  /** Undefined for what is no call: health checks, preflights. */
  readonly code: number | undefined
  /** Whether the client left before its answer was out. */
  readonly aborted: boolean
  /** Milliseconds of each stage; those of one image end in its side (`decodeA`). */
  readonly stages: Readonly<Record<string, number>>
  readonly bytes: { readonly received?: number; readonly sent?: number }
}

/** What Prometheus reads. Labels are few and never come from clients. */
export interface Metrics {
  readonly contentType: string
  /** Everything in Prometheus' text format. */
  readonly render: () => Promise<string>
  /** Every name under which something can be asked for, with the suffixes of histograms. */
  readonly names: () => Promise<readonly string[]>
  readonly countCall: (call: EndedCall) => void
  /** An image is being worked on or waits, until the returned function is called. */
  readonly openImage: () => () => void
  readonly countWorkerLoss: () => void
  readonly countRefusedUrl: () => void
  readonly countAddressRefusal: () => void
  readonly countRefusedConnection: () => void
  /** From now on the readings are read. */
  readonly watch: (readings: Readings) => void
  /** A search among the persons who are enrolled has ended. */
  readonly countSearch: (ms: number) => void
  /** From now on it is asked how many enrolled faces are in memory. */
  readonly watchGallery: (faces: () => number) => void
}

/** Seconds: from a health check's millisecond to the longest deadline of an image. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** A registry of its own, so that several services may live in one process (as they do in tests). */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `facecompare_${name}`, help, labelNames: [...labelNames], registers })
  const calls = counter('calls_total', 'Calls that were answered, by their path and the code of their answer.', [
    'path',
    'code',
  ])
  const aborted = counter('calls_aborted_total', 'Calls whose client left before its answer was out.')
  const received = counter('received_bytes_total', 'Bytes of request bodies that were read.')
  const sent = counter('sent_bytes_total', 'Bytes of answers to calls.')
  const losses = counter('worker_losses_total', 'Workers that died while they had an image, and were replaced.')
  const refusedUrls = counter('urls_refused_total', 'Image urls that policy refused.')
  const refusedAddresses = counter('address_refusals_total', 'Calls refused for the rate of their client address.')
  const refusedConnections = counter('connections_refused_total', 'Connections closed at once: too many were open.')
  const callSeconds = new Histogram({
    name: 'facecompare_call_seconds',
    help: 'Time from the arrival of a call to its answer.',
    labelNames: ['path'] as const,
    buckets: SECONDS_BUCKETS,
    registers,
  })
  const stageSeconds = new Histogram({
    name: 'facecompare_stage_seconds',
    help: 'Time of one stage of a call; both images of a call count.',
    labelNames: ['stage'] as const,
    buckets: SECONDS_BUCKETS,
    registers,
  })
  const searchSeconds = new Histogram({
    name: 'facecompare_search_seconds',
    help: 'Time of one search among the persons who are enrolled, beside the analysis of the picture.',
    buckets: SECONDS_BUCKETS,
    registers,
  })
  let openImages = 0
  const watch = createGauges(registers, () => openImages)

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    names: async () => listNames(await registry.getMetricsAsJSON()),
    countCall({ path, code, aborted: left, stages, bytes }) {
      if (left) aborted.inc()
      else if (code === undefined) return
      else calls.inc({ path, code: String(code) })
      received.inc(bytes.received ?? 0)
      sent.inc(bytes.sent ?? 0)
      for (const [stage, ms] of Object.entries(stages)) {
        if (stage !== 'total') stageSeconds.observe({ stage: stage.replace(/[AB]$/, '') }, ms / 1000)
        else if (!left) callSeconds.observe({ path }, ms / 1000)
      }
    },
    openImage() {
      openImages++
      return () => {
        openImages--
      }
    },
    countWorkerLoss: () => losses.inc(),
    countRefusedUrl: () => refusedUrls.inc(),
    countAddressRefusal: () => refusedAddresses.inc(),
    countRefusedConnection: () => refusedConnections.inc(),
    watch,
    countSearch: (ms) => searchSeconds.observe(ms / 1000),
    watchGallery: createGalleryGauge(registers),
  }
}

/** Gauges that are set when they are read; 0 until there is something to read. */
function createGauges(registers: Registry[], openImages: () => number): Metrics['watch'] {
  let readings: Readings | undefined
  const gauge = (name: string, help: string, read: (from: Readings) => number) => {
    return new Gauge({
      name: `facecompare_${name}`,
      help,
      registers,
      collect() {
        this.set(readings ? read(readings) : 0)
      },
    })
  }
  gauge('queue_images', 'Images that wait for a worker.', (from) => from.waitingImages())
  gauge('queue_limit_images', 'Images that may wait for a worker.', (from) => from.queueSize)
  gauge('running_images', 'Images that workers are busy with.', (from) =>
    Math.max(0, openImages() - from.waitingImages()),
  )
  gauge('workers', 'Workers that live and can analyse images.', (from) => from.workers())
  gauge('upload_memory_bytes', 'Bytes of request bodies and fetched images in memory.', (from) => from.uploadBytes())
  gauge('draining', '1 while the service finishes what is under way and takes nothing new.', (from) =>
    from.isDraining() ? 1 : 0,
  )
  new Gauge({
    name: 'facecompare_worker_resident_memory_bytes',
    help: 'Resident memory of each worker process about when it last replied.',
    labelNames: ['worker'] as const,
    registers,
    collect() {
      this.reset()
      for (const [index, bytes] of (readings?.workerMemory() ?? []).entries()) this.set({ worker: index + 1 }, bytes)
    },
  })
  return (from) => {
    readings = from
  }
}

/** 0 until there is a gallery in memory. */
function createGalleryGauge(registers: Registry[]): Metrics['watchGallery'] {
  let read = () => 0
  new Gauge({
    name: 'facecompare_gallery_faces',
    help: 'Enrolled faces in memory, where they are searched; 0 where the database searches them.',
    registers,
    collect() {
      this.set(read())
    },
  })
  return (faces) => {
    read = faces
  }
}

function listNames(metrics: readonly { readonly name: string; readonly type: unknown }[]): readonly string[] {
  return metrics.flatMap(({ name, type }) => {
    return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
  })
}
