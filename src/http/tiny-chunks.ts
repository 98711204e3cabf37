import type { IncomingMessage } from 'node:http'

/** A body in ordinary pieces has some dozens in a turn; one in chunks of a byte has hundreds of thousands. */
const PIECES_PER_TURN = 500

/**
 * Lets others have their turn when a body comes in very many pieces: no more is read of its connection before the next one.
 * Begins to read the body.
 */
export function pauseBetweenTinyChunks(request: IncomingMessage): void {
  const { socket } = request
  let pieces = 0
  // Node's HTTP server resumes the connection itself, in the same turn, as soon as the pieces so far have been taken.
  const pauseAgain = (): void => {
    socket.pause()
  }
  request.on('data', () => {
    pieces++
    if (pieces !== PIECES_PER_TURN) return
    socket.pause()
    socket.on('resume', pauseAgain)
    setImmediate(() => {
      pieces = 0
      socket.off('resume', pauseAgain)
      socket.resume()
    })
  })
}
