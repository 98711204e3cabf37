import type { FastifyInstance } from 'fastify'
import type { Replies } from './reply.js'

/** For whatever watches over the service: is the process alive, and can it answer calls now? Public. */
export function addOpsRoutes(app: FastifyInstance, replies: Replies, isReady: () => Promise<boolean>): void {
  app.get('/healthz', (request, reply) => replies.sendStatus(request, reply, 200, { status: 'ok' }))
  app.get('/readyz', async (request, reply) => {
    const ready = await isReady().catch(() => false)
    return replies.sendStatus(request, reply, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready' })
  })
}
