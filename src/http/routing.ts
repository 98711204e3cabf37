import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { UnreadableRequestError } from './reply.js'

/** Path -> the methods that it answers to. */
export type RouteTable = ReadonlyMap<string, ReadonlySet<string>>

export interface Routes {
  /** Those that are for any request. */
  readonly plain: RouteTable
  /** Those that are for requests with one of {@link CALL_HEADERS}. */
  readonly withCallHeader: RouteTable
}

/** The headers that name the call of an interface whose calls all go to one path. Of a request with both the first counts. */
const CALL_HEADERS = ['x-amz-target', 'x-tc-action'] as const

type Constraint = NonNullable<NonNullable<FastifyServerOptions['routerOptions']>['constraints']>[string]
type ConstraintStore = ReturnType<Constraint['storage']>

/**
 * Tells routes of one path apart by which of {@link CALL_HEADERS} a request has, for fastify's `constraints`. A route with
 * `constraints: { callHeader: ... }` is for requests with that header; one without is for all that no other is for.
 */
export function callHeaderConstraint(): Constraint {
  return {
    name: 'callHeader',
    storage() {
      const handlers = new Map<string, Parameters<ConstraintStore['set']>[1]>()
      return {
        get: (header) => handlers.get(header) ?? null,
        set: (header, handler) => void handlers.set(header, handler),
      }
    },
    deriveConstraint: ({ headers }) => CALL_HEADERS.find((name) => headers[name] !== undefined) ?? '',
  }
}

/** Notes every route that is added from now on. */
export function trackRoutes(app: FastifyInstance): Routes {
  const routes = { plain: new Map<string, Set<string>>(), withCallHeader: new Map<string, Set<string>>() }
  app.addHook('onRoute', ({ url, method, constraints }) => {
    const paths = constraints?.callHeader === undefined ? routes.plain : routes.withCallHeader
    const methods = paths.get(url) ?? new Set<string>()
    for (const name of [method].flat()) methods.add(name)
    paths.set(url, methods)
  })
  return routes
}

/** Why no route was found: throws 404, or 405 and sets `Allow`. */
export function refuseUnrouted(request: FastifyRequest, reply: FastifyReply, routes: Routes): never {
  const path = request.url.split('?', 1)[0] ?? ''
  if (routes.withCallHeader.get(path)?.has(request.method)) {
    throw new UnreadableRequestError(
      404,
      `Which call it is, ${request.method} ${path} must say in a header (docs/doors.md).`,
    )
  }
  const methods = routes.plain.get(path)
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

/**
 * A client that believes to talk to a proxy sends the whole url (RFC 9112, section 3.2.2); only its path counts. `*` is a path for OPTIONS
 * alone (section 3.2.4): the router would take it for `/`.
 */
export function toOriginForm(url: string, method: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
  return path.startsWith('/') || (path === '*' && method === 'OPTIONS') ? path : `/${path}`
}
