import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { createTurns } from '../turns.js'
import type { TlsFiles } from './tls-files.js'

/** How much of an upload that nobody wants any more is still taken in, so that the client can read its answer. */
export interface DiscardLimits {
  readonly maxBytes: number
  readonly maxMs: number
}

/** How a server that ends parts with its connections. */
export interface DrainLimits {
  /** How long a connection without a request may still bring one: it may be on its way. */
  readonly idleMs: number
  /** How long what is under way may take. */
  readonly maxMs: number
}

/** How long a client may take for its request. */
export interface RequestLimits {
  /** From its connection, or the end of the answer before, to the end of its headers. */
  readonly headersMs: number
  /** The whole of it, body included. An upload that stands still is ended long before (see upload.ts). */
  readonly requestMs: number
  /** How often the two are looked at. */
  readonly checkMs: number
}

/** How many connections may be open at once. */
export interface ConnectionLimit {
  readonly max: number
  /** Told of each one beyond, which was closed at once. */
  readonly onRefused: () => void
}

export interface ServerOptions {
  readonly tls?: TlsFiles
  readonly limits?: RequestLimits
  /** None when absent. */
  readonly connectionLimit?: ConnectionLimit | undefined
}

/** Writes the whole answer (`Connection: close`) to bytes that are no request at all. */
export type AnswerUnreadable = (error: Error, socket: Socket) => void

/** Behind a proxy that keeps idle connections for 60 s, ours must live longer, or the proxy writes into a closed one. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000
const DEFAULT_REQUEST_LIMITS: RequestLimits = { headersMs: 20_000, requestMs: 300_000, checkMs: 1000 }
const HANDSHAKE_TIMEOUT_MS = 10_000
const POLL_MS = 20

/**
 * The connections of one server, and how they end. A server that answers before it has read the whole request and then
 * closes at once loses its answer: the bytes that nobody read make the kernel reset the connection, and the client sees
 * the reset. So the answer goes out, what still comes is thrown away (never read as a request), and then it closes.
 */
export class Connections {
  readonly #limits: DiscardLimits
  readonly #sockets = new Set<Socket>()
  /** Of TLS: the connections whose handshake is under way, by the client's address and port. */
  readonly #handshakes = new Map<string, Socket>()
  readonly #closing = new WeakSet<Socket>()
  readonly #unanswered = new WeakMap<Socket, Set<ServerResponse>>()
  readonly #brokenUploads = new WeakMap<IncomingMessage, AbortController>()
  readonly #awaitingContinue = new WeakSet<IncomingMessage>()
  readonly #turn = createTurns()
  #draining = false

  constructor(limits: DiscardLimits) {
    this.#limits = limits
  }

  /** Everything that Node would answer by itself (100, 400, 408, 417, 431) is answered by us. */
  createServer(
    handle: RequestListener,
    answerUnreadable: AnswerUnreadable,
    { tls, limits = DEFAULT_REQUEST_LIMITS, connectionLimit }: ServerOptions = {},
  ): Server {
    const server = this.#openServer(limits, tls)
    if (connectionLimit) {
      // The kernel has accepted it by then; closing it is all that can be done, and costs nothing.
      server.maxConnections = connectionLimit.max
      server.on('drop', connectionLimit.onRefused)
    }
    const accept: RequestListener = (request, response) => {
      if (this.#closing.has(request.socket)) return
      this.#track(request, response)
      handle(request, response)
    }
    server.on('request', accept)
    server.on(
      'checkContinue',
      (request: IncomingMessage, response: ServerResponse<IncomingMessage> & { req: IncomingMessage }) => {
        this.#awaitingContinue.add(request)
        accept(request, response)
      },
    )
    // An empty or unknown `Expect` is ignored.
    server.on('checkExpectation', accept)
    server.on('clientError', (error: Error, socket) => {
      // A handshake that failed: there is nobody to answer to.
      if (tls && !this.#sockets.has(socket as Socket)) {
        socket.destroy()
        return
      }
      // The sockets of an HTTP server are net.Sockets; the declaration says Duplex.
      this.#endUnreadable(error, socket as Socket, answerUnreadable)
    })
    // No proxy is here; Node would close without a word. It has taken its parser off, so that nobody reads what comes.
    server.on('connect', (_request, socket) => {
      this.#endUnreadable(new Error('CONNECT'), socket.resume() as Socket, answerUnreadable)
    })
    return server
  }

  /**
   * To be called when the service ends: what is under way is answered, and then its connection closes. Node alone would
   * wait for connections that are kept alive or never say anything, and no longer watches their timeouts.
   */
  drain({ idleMs, maxMs }: DrainLimits): void {
    this.#draining = true
    const onAll = (end: (socket: Socket) => void) => {
      for (const socket of this.#handshakes.values()) socket.destroy()
      for (const socket of this.#sockets) end(socket)
    }
    setTimeout(onAll, idleMs, (socket: Socket) => this.#endIdle(socket)).unref()
    setTimeout(onAll, maxMs, (socket: Socket) => socket.destroy()).unref()
  }

  /** Whether the service ends. */
  get isDraining(): boolean {
    return this.#draining
  }

  /** Tells a client that waits for `100 Continue` to send its body. */
  continueUpload(request: IncomingMessage, response: ServerResponse): void {
    if (this.#awaitingContinue.delete(request)) response.writeContinue()
  }

  /** Aborts, with the parser's error as its reason, when the rest of the body cannot be read as HTTP. */
  uploadSignal(request: IncomingMessage): AbortSignal | undefined {
    return this.#brokenUploads.get(request)?.signal
  }

  /**
   * Lets in what arrived together with the head of a request. If that is all of its body, the connection need not close
   * whatever the answer. Of requests that arrive together one goes on at a time.
   */
  async settle(request: IncomingMessage): Promise<void> {
    if (isIncomplete(request)) await this.#turn()
  }

  /**
   * To be called before an answer is written: whether it must say `Connection: close`. So it must when the service ends, and
   * when the body has not come in whole; what still comes is then thrown away.
   */
  closesAfter(request: IncomingMessage): boolean {
    if (!isIncomplete(request)) return this.#draining && this.#countUnanswered(request.socket) <= 1
    this.#closeLater(request.socket, request)
    return true
  }

  #openServer({ headersMs, requestMs, checkMs }: RequestLimits, tls: TlsFiles | undefined): Server {
    const options = {
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
      // Judged in routing.ts: Node's own answer has no JSON body.
      requireHostHeader: false,
    }
    const keep = (socket: Socket): void => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    }
    if (!tls) return createServer(options).on('connection', keep)
    const server = createSecureServer({ ...options, ...tls.material, handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
    tls.onChange((material) => server.setSecureContext(material))
    server.on('connection', (socket: Socket) => {
      const name = nameClient(socket)
      this.#handshakes.set(name, socket)
      socket.once('close', () => this.#handshakes.delete(name))
    })
    return server.on('secureConnection', (socket) => {
      this.#handshakes.delete(nameClient(socket))
      keep(socket)
    })
  }

  #track(request: IncomingMessage, response: ServerResponse): void {
    const unanswered = this.#unanswered.get(request.socket) ?? new Set()
    this.#unanswered.set(request.socket, unanswered.add(response))
    response.once('close', () => {
      unanswered.delete(response)
      if (this.#draining) this.#endIdle(request.socket)
    })
    this.#brokenUploads.set(request, new AbortController())
  }

  #countUnanswered(socket: Socket): number {
    return this.#unanswered.get(socket)?.size ?? 0
  }

  #endIdle(socket: Socket): void {
    if (this.#countUnanswered(socket) === 0 && !this.#closing.has(socket)) socket.destroySoon()
  }

  #endUnreadable(error: Error, socket: Socket, answerUnreadable: AnswerUnreadable): void {
    if (this.#closing.has(socket)) return
    if (!socket.writable) {
      socket.destroy()
      return
    }
    const unanswered = [...(this.#unanswered.get(socket) ?? [])]
    const last = unanswered.at(-1)
    this.#closeLater(socket)
    if (last) {
      // The client could not tell whose answer one out of turn would be: those that wait get theirs, the last one closes.
      if (last.headersSent) socket.destroySoon()
      else last.setHeader('connection', 'close')
      if (!last.req.complete) this.#brokenUploads.get(last.req)?.abort(error)
      return
    }
    answerUnreadable(error, socket)
    socket.destroySoon()
  }

  /** Node ends a connection with `destroySoon` once an answer with `Connection: close` is written: that is where we wait. */
  #closeLater(socket: Socket, request?: IncomingMessage): void {
    this.#closing.add(socket)
    socket.destroySoon = () => discardThenClose(socket, request, this.#limits)
  }
}

function nameClient({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** Whether a body is announced that has not come in whole. (Requests that are injected, without a socket, never tell.) */
export function isIncomplete({ headers, complete }: IncomingMessage): boolean {
  const isAnnounced = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return isAnnounced && complete === false
}

function discardThenClose(socket: Socket, request: IncomingMessage | undefined, limits: DiscardLimits): void {
  const close = () => socket.destroy()
  const startBytes = socket.bytesRead
  // Polled: the HTTP parser reads past the socket's stream, so that there is no event to count by.
  const poll = setInterval(() => {
    if (socket.bytesRead - startBytes > limits.maxBytes) close()
  }, POLL_MS)
  const timer = setTimeout(close, limits.maxMs)
  socket.once('close', () => {
    clearInterval(poll)
    clearTimeout(timer)
  })
  socket.on('error', close)
  if (socket.readableEnded) {
    socket.end(close)
    return
  }
  socket.once('end', () => socket.end(close))
  // Only when the client has sent all that it wants to send may it hear that we close: before, some clients take the end
  // of our side for a failure and drop the answer.
  if (request && !request.readableEnded) {
    request.once('end', () => socket.end())
    request.resume()
  } else if (request) {
    socket.end()
  }
}
