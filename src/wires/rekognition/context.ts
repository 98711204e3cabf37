import type { DoorContext } from '../door.js'
import type { OpenCall } from '../receive.js'
import type { S3Object } from './request.js'

/**
 * Reads a file that stands for an object of S3. `onBytes` is told of its size before it is kept. Rejects with URL_DOWNLOAD_FAILED where
 * there is none, BODY_TOO_LARGE, and what `onBytes` throws.
 */
export type ReadObject = (object: S3Object, onBytes: (bytes: number) => void) => Promise<Uint8Array>

export interface RekognitionContext extends DoorContext {
  /** Absent where no bucket stands for a folder. */
  readonly readObject: ReadObject | undefined
}

/** A call that is being answered. */
export interface RekognitionCall extends Omit<RekognitionContext, 'gate'>, OpenCall {}
