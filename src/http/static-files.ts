import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { FileHeaders, Replies } from './reply.js'

/** A file for browsers at exactly one path. Nothing that a request says becomes part of a file's name. */
export interface StaticFile {
  /** The path of the url: `/docs`. */
  readonly path: string
  /** The Content-Type. */
  readonly type: string
  /** Asked once, at the first request; a rejection is told as INTERNAL, and the next request asks again. */
  readonly read: () => Uint8Array | Promise<Uint8Array>
}

/** Everything from this service alone: no inline script or style, no eval, no frame; `data:` for pictures in style sheets. */
export const OWN_FILES_ONLY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers GET and HEAD of each file. Browsers keep the files and ask every time whether they are still the same (ETag). */
export function addStaticFiles(
  app: FastifyInstance,
  replies: Replies,
  files: readonly StaticFile[],
  contentSecurityPolicy: string = OWN_FILES_ONLY,
): void {
  for (const file of files) {
    const load = once(() => loadFile(file, contentSecurityPolicy))
    app.get(file.path, async (request, reply) => {
      const { bytes, headers, etag } = await load()
      const known = isKnown(etag, request.headers['if-none-match'])
      return replies.sendFile(request, reply, headers, known ? undefined : bytes)
    })
  }
}

interface LoadedFile {
  readonly bytes: Buffer
  readonly etag: string
  readonly headers: FileHeaders
}

async function loadFile({ type, read }: StaticFile, contentSecurityPolicy: string): Promise<LoadedFile> {
  const bytes = Buffer.from(await read())
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`
  const headers = {
    'content-type': type,
    'cache-control': 'no-cache',
    etag,
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
  return { bytes, etag, headers }
}

/** RFC 9110, section 13.1.2: one of a list of tags, weak or not, or `*` for any. */
function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

/** The same promise for everyone who asks, unless it was rejected. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
