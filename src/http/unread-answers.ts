import type { Server, Socket } from 'node:net'

/** How long nothing of an answer may go out before its reader is taken for gone. */
export const UNREAD_ANSWER_MS = 30_000
/** What is written at once, so that what a slow reader takes is seen to go out. */
export const PIECE_BYTES = 16 * 1024

interface Progress {
  /** Bytes that the system has taken so far, and since when no more. */
  writtenBytes: number
  sinceMs: number
}

/**
 * Closes connections whose other end does not read what it asked for: their places would be held for ever. A reader that
 * takes a piece in that time, however slow, is waited for.
 */
export function closeUnreadAnswers(server: Server, unreadMs: number): void {
  const progress = new Map<Socket, Progress>()
  const keep = (socket: Socket): void => {
    progress.set(socket, { writtenBytes: 0, sinceMs: 0 })
    socket.once('close', () => progress.delete(socket))
  }
  // Of https the first is the bare connection, on which nothing is written by us.
  server.on('connection', keep).on('secureConnection', keep)
  const timer = setInterval(() => {
    for (const [socket, known] of progress) {
      if (isStuck(socket, known, unreadMs)) socket.destroy()
    }
  }, unreadMs / 10).unref()
  server.once('close', () => clearInterval(timer))
}

function isStuck(socket: Socket, known: Progress, unreadMs: number): boolean {
  const nowMs = performance.now()
  const writtenBytes = socket.bytesWritten - socket.writableLength
  if (socket.writableLength > 0 && writtenBytes === known.writtenBytes) return nowMs - known.sinceMs >= unreadMs
  known.writtenBytes = writtenBytes
  known.sinceMs = nowMs
  return false
}
