import type { AddressInfo } from 'node:net'
import { type FastifyReply, fastify } from 'fastify'
import { NO_SCHEMAS } from '../http/no-schemas.js'
import { closeUnreadAnswers } from '../http/unread-answers.js'

export interface OpsOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Whether calls can be answered now; a rejection means no. */
  readonly isReady: () => Promise<boolean>
  /** How long an answer may wait for its reader; 10 s when absent. */
  readonly unreadAnswerMs?: number
  readonly metrics: { readonly contentType: string; readonly render: () => Promise<string> }
}

export interface OpsServer {
  readonly port: number
  readonly close: () => Promise<void>
}

/** Whoever asks here asks rarely and briefly; nothing is uploaded. */
const TIMEOUT_MS = 10_000
const MAX_CONNECTIONS = 64

/**
 * What watches over the service asks here, on a port that clients do not reach: `/metrics`, `/healthz`, `/readyz`.
 * It answers from the first moments of the start to the end of the drain. Rejects when the port cannot be had.
 */
export async function startOpsServer({
  host,
  port,
  isReady,
  metrics,
  unreadAnswerMs = TIMEOUT_MS,
}: OpsOptions): Promise<OpsServer> {
  const app = fastify({
    schemaController: NO_SCHEMAS,
    requestTimeout: TIMEOUT_MS,
    keepAliveTimeout: TIMEOUT_MS,
    http: { headersTimeout: TIMEOUT_MS },
    forceCloseConnections: true,
    frameworkErrors: (_error, _request, reply) => say(reply, 404, 'not found'),
  })
  app.server.maxConnections = MAX_CONNECTIONS
  closeUnreadAnswers(app.server, unreadAnswerMs)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store').type('application/json')
  })
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    return (await isReady().catch(() => false)) ? say(reply, 200, 'ready') : say(reply, 503, 'not ready')
  })
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.render()
    return reply.type(metrics.contentType).send(text)
  })
  app.setNotFoundHandler(async ({ url }, reply) => {
    if (!app.hasRoute({ method: 'GET', url: url.split('?', 1)[0] ?? '' })) return say(reply, 404, 'not found')
    return say(reply.header('allow', 'GET, HEAD'), 405, 'not allowed')
  })
  app.setErrorHandler(async (_error, _request, reply) => say(reply, 500, 'failed'))
  await app.listen({ host, port })
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
}

function say(reply: FastifyReply, code: number, status: string): FastifyReply {
  return reply.code(code).send({ status })
}
