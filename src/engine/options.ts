/** What an engine, in this process or behind worker processes, is made with. */
export interface EngineOptions {
  /** Pictures with more pixels are refused before they are decoded. */
  readonly maxPixels: number
  /** A folder with a manifest (`pack.json`); absent for the default pack. */
  readonly modelPack?: string | undefined
  /**
   * Whether the pack must have a calibration, may have one, without which scores mean nothing (to measure it), or is taken as if
   * it had none, so that no means and no cohort are in what comes out (to calibrate it). `required` when absent.
   */
  readonly calibration?: 'required' | 'optional' | 'none'
  /** Threads of one network run; parallelism over images is better where there are several. */
  readonly intraOpThreads?: number
  readonly onWarning?: (sentence: string) => void
}

export type PackOptions = Omit<EngineOptions, 'maxPixels'>
