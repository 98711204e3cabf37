import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bodyLength, formatRecord, isWhole, parseBody, RECORD_PREFIX_BYTES } from './cache-record.js'
import type { Outcome } from './face-vectors.js'

/** The file begins with it; to be changed with the format of the records. */
const MAGIC = Buffer.from('facecompare embeddings 3\n')

/** Where a folder is named instead of a file. */
const FILE_NAME = 'embeddings.cache'

/** No record of ours is larger: what says so is torn. */
const LARGEST_BODY_BYTES = 64 * 2 ** 20

/** Outcomes of pictures by the pack that made them and the SHA-256 of their bytes, in a file that only grows. */
export interface EmbeddingCache {
  readonly file: string
  readonly get: (packId: string, contentHash: string) => Promise<Outcome | undefined>
  /** Written at once, so that what was computed outlives the end of the process. */
  readonly put: (packId: string, contentHash: string, outcome: Outcome) => Promise<void>
  readonly close: () => Promise<void>
}

interface Place {
  readonly offset: number
  readonly length: number
}

/**
 * Opens a cache file, or the one in a folder; makes it when missing, for its owner's eyes alone: embeddings are biometric data.
 * What a process that was killed left half-written at the end is cut off. Throws an Error for a file of another kind.
 */
export async function openEmbeddingCache(path: string): Promise<EmbeddingCache> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => path.endsWith('/'),
  )
  const file = isFolder ? join(path, FILE_NAME) : path
  // Appending: two processes that share the file never write over each other.
  const handle = await open(file, 'a+', 0o600).catch((error: unknown) => {
    throw new Error(`The cache ${path} cannot be opened for writing.`, { cause: error })
  })
  try {
    await readMagic(handle, file)
    const { places, end } = await readPlaces(handle)
    if ((await handle.stat()).size > end) await handle.truncate(end)
    return useFile(handle, file, places)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function readMagic(handle: FileHandle, file: string): Promise<void> {
  const start = await readAt(handle, 0, MAGIC.length)
  if (start.equals(MAGIC)) return
  // A process may have been killed before even this was written.
  if (!MAGIC.subarray(0, start.length).equals(start)) {
    throw new Error(`${file} is no cache of embeddings of this version; delete it or name another file.`)
  }
  await handle.truncate(0)
  await handle.appendFile(MAGIC)
}

/** The places of all whole records, and where the last of them ends. */
async function readPlaces(handle: FileHandle): Promise<{ places: Map<string, Place>; end: number }> {
  const places = new Map<string, Place>()
  let end = MAGIC.length
  for (;;) {
    const prefix = await readAt(handle, end, RECORD_PREFIX_BYTES)
    if (prefix.length < RECORD_PREFIX_BYTES) break
    const length = bodyLength(prefix)
    if (length > LARGEST_BODY_BYTES) break
    const offset = end + RECORD_PREFIX_BYTES
    const body = await readAt(handle, offset, length)
    if (body.length < length || !isWhole(prefix, body)) break
    const record = parseBody(body)
    if (record) places.set(record.key, { offset, length })
    end = offset + length
  }
  return { places, end }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
  return buffer.subarray(0, bytesRead)
}

function useFile(handle: FileHandle, file: string, places: ReadonlyMap<string, Place>): EmbeddingCache {
  const keyOf = (packId: string, contentHash: string): string => `${packId} ${contentHash}`
  let writing = Promise.resolve()
  return {
    file,
    async get(packId, contentHash) {
      const place = places.get(keyOf(packId, contentHash))
      return place && parseBody(await readAt(handle, place.offset, place.length))?.outcome
    },
    put(packId, contentHash, outcome) {
      const write = writing.then(() => handle.appendFile(formatRecord(keyOf(packId, contentHash), outcome)))
      // One after the other; a failure is told to its caller only.
      writing = write.catch(() => undefined)
      return write
    },
    async close() {
      await writing
      await handle.close()
    },
  }
}
