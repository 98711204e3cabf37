import type { FastifyInstance } from 'fastify'
import type { Connections } from './connections.js'
import type { Replies } from './reply.js'
import type { Uploads } from './upload.js'

/** What the server lends to a wire. */
export interface WireServices {
  readonly connections: Connections
  readonly replies: Replies
  readonly uploads: Uploads
}

/** Adds the calls of one interface: who may call, what they send, what they are answered. */
export type Wire = (app: FastifyInstance, services: WireServices) => void
