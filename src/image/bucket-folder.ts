import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { FaceCompareError } from '../errors.js'

export interface BucketFolderOptions {
  /** Its folders are the buckets. */
  readonly folder: string
  /** Of one file. */
  readonly maxBytes: number
}

export interface BucketObject {
  readonly bucket: string
  /** Names of folders and of a file, with slashes between. */
  readonly name: string
  /** Only the one version that a file has is known: undefined. */
  readonly version: string | undefined
}

/**
 * Reads files as objects of buckets. Whatever a request names, nothing outside of the bucket's folder is read: links that lead out of it
 * are no objects either. Rejects with URL_DOWNLOAD_FAILED for what is no file there, in the same words whatever the reason, with
 * BODY_TOO_LARGE, and with what `onBytes`, which is told of the size before the file is read, throws.
 */
export function createBucketReader({ folder, maxBytes }: BucketFolderOptions) {
  return async (object: BucketObject, onBytes: (bytes: number) => void): Promise<Uint8Array> => {
    const path = await locate(folder, object).catch(() => undefined)
    // Without waiting for a writer, should it be a pipe.
    const file = path === undefined ? undefined : await openFile(path)
    if (!file) throw notThere()
    try {
      const status = await file.stat()
      if (!status.isFile()) throw notThere()
      if (status.size > maxBytes) {
        throw new FaceCompareError('BODY_TOO_LARGE', `The image is larger than ${maxBytes} bytes.`)
      }
      onBytes(status.size)
      // No more than was counted, should the file grow.
      const bytes = new Uint8Array(status.size)
      const { bytesRead } = await file.read(bytes, 0, status.size, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }
}

/** The real path of an object, within its bucket. Rejects where there is none. */
async function locate(folder: string, { bucket, name, version }: BucketObject): Promise<string | undefined> {
  if (version !== undefined || !isPlain(bucket) || !name.split('/').every(isPlain)) return undefined
  const root = await realpath(folder)
  const bucketPath = await realpath(join(root, bucket))
  const path = await realpath(join(bucketPath, ...name.split('/')))
  return bucketPath === join(root, bucket) && path.startsWith(bucketPath + sep) ? path : undefined
}

/** A name of a folder or a file, and nothing else. */
function isPlain(name: string): boolean {
  return !['', '.', '..'].includes(name) && !/[\0/\\]/.test(name)
}

async function openFile(path: string) {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined)
}

function notThere(): FaceCompareError {
  return new FaceCompareError('URL_DOWNLOAD_FAILED', 'There is no such object.')
}
