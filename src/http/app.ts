import { randomUUID } from 'node:crypto'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import type { AddressLimiter } from '../auth/address-limit.js'
import type { DoorName } from '../openapi/doors.js'
import { logWhenDone, type OnCall, openCall } from './call-log.js'
import { createTrust, findClientNetwork } from './client-address.js'
import {
  type ConnectionLimit,
  Connections,
  type DiscardLimits,
  type DrainLimits,
  type RequestLimits,
} from './connections.js'
import { allowCrossOrigin } from './cors.js'
import { addDocsRoutes } from './docs-routes.js'
import { NO_SCHEMAS } from './no-schemas.js'
import { addOpsRoutes } from './ops-routes.js'
import { addPageRoutes, type PageFiles } from './page-routes.js'
import { type CountCall, createReplies, type Replies } from './reply.js'
import {
  callHeaderConstraint,
  type RouteTable,
  refuseUnrouted,
  requireHost,
  toOriginForm,
  trackRoutes,
} from './routing.js'
import type { TlsFiles } from './tls-files.js'
import { closeUnreadAnswers, UNREAD_ANSWER_MS } from './unread-answers.js'
import { answerUnreadable, refuseUrl } from './unreadable.js'
import { createUploads } from './upload.js'
import { UploadBudget } from './upload-budget.js'
import type { UploadPace } from './upload-pace.js'
import type { Wire } from './wire.js'

export interface AppOptions {
  /** What is spoken beside the page, the documents and the health checks. */
  readonly wires: readonly Wire[]
  /** Those of them that are interfaces of other clouds, to be described; none when absent. */
  readonly doors?: readonly DoorName[]
  /** Told of every call of a known app, with the code of its answer, just before that goes out; once a call. */
  readonly countCall?: CountCall
  /** Asked before signatures are; without it addresses have no limit. */
  readonly addressLimiter?: AddressLimiter
  /** Addresses and networks whose `X-Forwarded-For` is believed; none when absent. */
  readonly trustProxy?: readonly string[]
  /** Bounds the bytes of bodies in memory; unbounded when absent. */
  readonly uploadBudget?: UploadBudget
  /** Of one image; the body may hold two of them in Base64. */
  readonly maxImageBytes: number
  /** Origins (`https://example.com`) of pages that may call; `*` for all. */
  readonly corsOrigins: readonly string[]
  /** Answers every signed call with status 200, as the original did: some of its clients read no other. */
  readonly statusAlways200: boolean
  /** A pino logger, or false for none. */
  readonly logger: FastifyBaseLogger | false
  /** Told of every request that has ended, for counting. */
  readonly onCall?: OnCall
  /** Whether calls can be answered now; a rejection means no. Not asked while the service ends: then they cannot. */
  readonly isReady: () => Promise<boolean>
  /** The page at `/`; none when absent. */
  readonly page?: PageFiles
  /** Certificate and key; plain http when absent. */
  readonly tls?: TlsFiles
  /** How long a client may take for its request; 20 s for the headers and 300 s for all when absent. */
  readonly requestLimits?: RequestLimits
  /** How many connections may be open; any number when absent. */
  readonly connectionLimit?: ConnectionLimit
  /** How fast an upload must be; 16 KiB/s after 10 s, and never 30 s without a byte, when absent. */
  readonly uploadPace?: Partial<UploadPace>
  /** How long an answer may wait for its reader without a piece of it going out; 30 s when absent. */
  readonly unreadAnswerMs?: number
  /** What is still taken in after an early answer; 64 MiB and 5 s when absent. */
  readonly discardLimits?: DiscardLimits
  /** How long closing waits for connections; 1 s for idle ones and 25 s for all when absent. */
  readonly drainLimits?: DrainLimits
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every path with its methods, but for those that a header chooses. */
    readonly routeTable: RouteTable
  }
}

const DEFAULT_DISCARD_LIMITS: DiscardLimits = { maxBytes: 64 * 1024 * 1024, maxMs: 5000 }
/** Container platforms kill 30 s after they asked to end. */
const DEFAULT_DRAIN_LIMITS: DrainLimits = { idleMs: 1000, maxMs: 25_000 }

/** The service as an HTTP application: the way of a request, in order. It listens when it is told to. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const connections = new Connections(options.discardLimits ?? DEFAULT_DISCARD_LIMITS)
  const { statusAlways200, countCall = () => {} } = options
  const replies = createReplies({ connections, statusAlways200, countCall })
  const corsOrigins = new Set(options.corsOrigins)
  const { onCall } = options

  const app = fastify({
    ...(options.logger ? { loggerInstance: options.logger } : { logger: false }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'session_id' }),
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    schemaController: NO_SCHEMAS,
    trustProxy: createTrust(options.trustProxy ?? []),
    routerOptions: { constraints: { callHeader: callHeaderConstraint() } },
    rewriteUrl: ({ url, method }) => toOriginForm(url ?? '/', method ?? ''),
    serverFactory: (handle) =>
      connections.createServer(handle, (error, socket) => answerUnreadable(error, socket, replies, app.log, onCall), {
        ...(options.tls ? { tls: options.tls } : {}),
        ...(options.requestLimits ? { limits: options.requestLimits } : {}),
        connectionLimit: options.connectionLimit,
      }),
    // Said above, on the server itself.
    clientErrorHandler: () => {},
    frameworkErrors: (_error, request, reply) => refuseUrl(request, reply, replies, corsOrigins, onCall),
  })
  closeUnreadAnswers(app.server, options.unreadAnswerMs ?? UNREAD_ANSWER_MS)
  app.decorateRequest('call')
  const routes = trackRoutes(app)
  app.decorate('routeTable', routes.plain)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('preClose', async () => connections.drain(options.drainLimits ?? DEFAULT_DRAIN_LIMITS))
  app.setErrorHandler((error, request, reply) => replies.sendError(request, reply, error))

  // 1. Every request: a log line, CORS, OPTIONS, no route.
  app.addHook('onRequest', async (request, reply) => {
    request.call = openCall(request.raw)
    logWhenDone(request, reply, onCall)
    await connections.settle(request.raw)
    allowCrossOrigin(request, reply, corsOrigins)
    if (request.method === 'OPTIONS') return replies.sendNothing(request, reply)
    requireHost(request)
    // Here and not in a handler: fastify judges the head of some requests (QUERY without a Content-Type) before it calls one.
    if (request.is404) refuseUnrouted(request, reply, routes)
    return undefined
  })

  // 2. Public.
  addOpsRoutes(app, replies, async () => !connections.isDraining && options.isReady())
  addDocsRoutes(app, replies, options.doors ?? [])

  const { page, maxImageBytes } = options
  if (page) await app.register(async (own) => addPageRoutes(own, replies, page, { maxImageBytes }))

  // 3. The wires: who calls, before the body; the body before its images.
  await app.register(async (signed) => addWires(signed, options, connections, replies))
  await app.ready()
  return app
}

function addWires(app: FastifyInstance, options: AppOptions, connections: Connections, replies: Replies): void {
  const { addressLimiter, maxImageBytes, wires } = options
  const uploads = createUploads({
    connections,
    maxImageBytes,
    pace: options.uploadPace ?? {},
    budget: options.uploadBudget ?? new UploadBudget(Number.POSITIVE_INFINITY),
  })
  app.addHook('onRequest', async ({ call }) => {
    call.isSigned = true
  })
  if (addressLimiter) {
    app.addHook('onRequest', ({ ips }) => addressLimiter.take(findClientNetwork(ips)))
  }
  for (const wire of wires) app.register(async (own) => wire(own, { connections, replies, uploads }))
}
