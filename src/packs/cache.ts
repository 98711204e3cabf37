import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface CachedFile {
  readonly bytes: Uint8Array
  /** Of the bytes, in hex. */
  readonly sha256: string
}

interface CacheRequest {
  /** Made when missing. */
  readonly cacheDir: string
  /** Says what the file holds; part of its name. */
  readonly name: string
  /** Says what the file is made from: another key is another file. Hex. */
  readonly key: string
  readonly build: () => Promise<Uint8Array>
  /** Told in one sentence when the file could not be kept. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

/**
 * A file that is built once and kept. Its name ends with the hash of its content, so that a damaged file is known as such
 * and built anew. Files appear whole by renaming, so any number of threads and processes may ask for one at once; at
 * worst each builds it. When it cannot be kept it is built for this call only.
 */
export async function loadCached(request: CacheRequest): Promise<CachedFile> {
  const prefix = `${request.name}-${request.key.slice(0, 16)}-`
  const kept = await readKept(request.cacheDir, prefix)
  if (kept) return kept
  const bytes = await request.build()
  const file = { bytes, sha256: hash(bytes) }
  try {
    await keep(request.cacheDir, `${prefix}${file.sha256}.onnx`, bytes)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    request.onWarning?.(
      `The converted model ${request.name} could not be kept in the cache${reason}; it is converted at each start.`,
    )
  }
  return file
}

async function readKept(cacheDir: string, prefix: string): Promise<CachedFile | undefined> {
  const names = await readdir(cacheDir).catch(() => [])
  for (const name of names) {
    const sha256 = name.slice(prefix.length, -'.onnx'.length)
    if (!name.startsWith(prefix) || !/^[0-9a-f]{64}\.onnx$/.test(name.slice(prefix.length))) continue
    const bytes = await readFile(join(cacheDir, name)).catch(() => undefined)
    if (bytes && hash(bytes) === sha256) return { bytes, sha256 }
  }
  return undefined
}

async function keep(cacheDir: string, name: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(cacheDir)
  const unfinished = join(cacheDir, `${name}.${randomUUID()}.tmp`)
  try {
    await writeFile(unfinished, bytes)
    await rename(unfinished, join(cacheDir, name))
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
}

/** Step by step: Node's recursive way never ends below a folder that cannot hold any (`/proc`). */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    // Another thread may have been faster.
    await mkdir(folder).catch((late: Error & { readonly code?: string }) => {
      if (late.code !== 'EEXIST') throw late
    })
  }
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
