import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UnreadableRequestError } from './reply.js'

/** Path -> the methods that it answers to. */
export type RouteTable = ReadonlyMap<string, ReadonlySet<string>>

/** Notes every route that is added from now on. */
export function trackRoutes(app: FastifyInstance): RouteTable {
  const table = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = table.get(url) ?? new Set<string>()
    for (const name of [method].flat()) methods.add(name)
    table.set(url, methods)
  })
  return table
}

/** Why no route was found: throws 404, or 405 and sets `Allow`. */
export function refuseUnrouted(request: FastifyRequest, reply: FastifyReply, table: RouteTable): never {
  const methods = table.get(request.url.split('?', 1)[0] ?? '')
  if (!methods) throw new UnreadableRequestError(404, 'There is nothing at this path; calls go to POST /face/compare.')
  const allowed = [...methods, 'OPTIONS'].join(', ')
  reply.header('allow', allowed)
  throw new UnreadableRequestError(405, `This path does not take ${request.method}; it takes ${allowed}.`)
}

/** RFC 9112, section 3.2: a request of HTTP/1.1 without `Host` is refused. */
export function requireHost(request: FastifyRequest): void {
  if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) {
    throw new UnreadableRequestError(400, 'The request has no Host header.')
  }
}

/** A client that believes to talk to a proxy sends the whole url (RFC 9112, section 3.2.2); only its path counts. */
export function toOriginForm(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
  return path.startsWith('/') || path === '*' ? path : `/${path}`
}
