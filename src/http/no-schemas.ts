import type { FastifyServerOptions } from 'fastify'

/**
 * For fastify's `schemaController`. No route has a schema of fastify's, and the packages that compile them would be loaded with it: a
 * sixth of what the service's own process does until it listens. A route that has one fails when it is added.
 */
export const NO_SCHEMAS: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: { buildValidator: () => refuse, buildSerializer: () => refuse },
}

function refuse(): never {
  throw new Error('Expected routes without schemas')
}
