import type { FastifyRequest } from 'fastify'

/** What may be logged of a call: nothing of its body, its signature or a key, wherever they were put. */

/** What an error says. The engine quotes the text in which it found no JSON, and urls carry tokens in their paths and queries. */
export function describeCause(error: Error): string {
  if (error instanceof SyntaxError) return 'what was read is not written as it must be'
  return error.message.replace(URLS, '$1$2/...').replace(/\?[^\s"')]*/g, '?...')
}

/** Scheme, then host and port of a url, without a password before them; then all that follows. */
const URLS = /(https?:\/\/)(?:[^\s"')/?#]*@)?([^\s"')/?#@]*)[/?#][^\s"')]*/gi

/** What an error and its causes say, each with its stack. */
export function describeWithStack(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no Error (${typeof error})`
  const { name, message, stack = '', cause } = error
  // It begins with the message as it was.
  const frames = stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : ''
  const own = `${name}: ${describeCause(error)}${frames}`
  return cause === undefined ? own : `${own}\ncaused by ${describeWithStack(cause)}`
}

/** How much of a path without a route is shown. */
const MOST_SEGMENTS = 4
const NAME = /^[a-z_.-]{0,24}$/

/**
 * The path of the route; of any other path only its beginning, as long as it is made of names: a signature may stand behind `;` or
 * `%3F`, or be a part of the path.
 */
export function describePath(request: FastifyRequest): string {
  const url = request.raw.url ?? ''
  const [path = '', query] = url.split('?', 2)
  const rest = query === undefined ? '' : '?...'
  const route = request.routeOptions.url
  if (!request.is404 && route !== undefined) return `${route}${rest}`
  const segments = path.split('/', MOST_SEGMENTS + 2).slice(1)
  const firstOdd = segments.findIndex((segment, index) => index === MOST_SEGMENTS || !NAME.test(segment))
  if (firstOdd < 0) return `/${segments.join('/')}${rest}`
  return `/${[...segments.slice(0, firstOdd), '...'].join('/')}`
}
