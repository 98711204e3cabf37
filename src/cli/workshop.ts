import type { Logger } from 'pino'
import type { Config } from '../config.js'
import type { Metrics } from '../ops/metrics.js'

/** What the parts of the service are made with. */
export interface Workshop {
  readonly config: Config
  readonly logger: Logger
  readonly metrics: Metrics
  readonly stop: AbortSignal
  /** Makes a part unless the service ends already, and notes how it is closed. */
  readonly open: <T>(make: () => Promise<T> | T, close: (part: T) => Promise<unknown>) => Promise<T>
}
