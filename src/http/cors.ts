import type { FastifyReply, FastifyRequest } from 'fastify'

/** The origin of the page that asks, when pages of that origin may read our answers. `*` among the origins allows all. */
export function allowCrossOrigin(request: FastifyRequest, reply: FastifyReply, allowed: ReadonlySet<string>): void {
  const { origin } = request.headers
  if (origin === undefined || !(allowed.has(origin) || allowed.has('*'))) return
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'X-Request-Id, Retry-After',
  })
  if (request.method !== 'OPTIONS') return
  reply.headers({
    'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
    'access-control-allow-headers': 'Authorization, Content-Type',
    'access-control-max-age': '600',
  })
}
