import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface OpsOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Whether calls can be answered now; a rejection means no. */
  readonly isReady: () => Promise<boolean>
  readonly metrics: { readonly contentType: string; readonly render: () => Promise<string> }
}

export interface OpsServer {
  readonly port: number
  readonly close: () => Promise<void>
}

interface Page {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Whoever asks here asks rarely and briefly; nothing is uploaded. */
const TIMEOUT_MS = 10_000
const MAX_CONNECTIONS = 64

/**
 * What watches over the service asks here, on a port that clients do not reach: `/metrics`, `/healthz`, `/readyz`.
 * It answers from the first moments of the start to the end of the drain. Rejects when the port cannot be had.
 */
export async function startOpsServer(options: OpsOptions): Promise<OpsServer> {
  const pages: Readonly<Record<string, () => Promise<Page> | Page>> = {
    '/healthz': () => status(200, 'ok'),
    '/readyz': async () =>
      (await options.isReady().catch(() => false)) ? status(200, 'ready') : status(503, 'not ready'),
    '/metrics': async () => ({
      status: 200,
      contentType: options.metrics.contentType,
      body: await options.metrics.render(),
    }),
  }
  const server = createServer(
    { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, keepAliveTimeout: TIMEOUT_MS },
    (request, response) => {
      answer(request, response, pages).catch(() => send(request, response, status(500, 'failed')))
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Readonly<Record<string, () => Promise<Page> | Page>>,
): Promise<void> {
  request.resume()
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (!page) return send(request, response, status(404, 'not found'))
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return send(request, response, status(405, 'not allowed'))
  }
  return send(request, response, await page())
}

function send({ method }: IncomingMessage, response: ServerResponse, page: Page): void {
  response.writeHead(page.status, {
    'content-type': page.contentType,
    'content-length': Buffer.byteLength(page.body),
    'cache-control': 'no-store',
  })
  response.end(method === 'HEAD' ? undefined : page.body)
}

function status(code: number, text: string): Page {
  return { status: code, contentType: 'application/json', body: JSON.stringify({ status: text }) }
}

function listen(server: Server, { host, port }: OpsOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
