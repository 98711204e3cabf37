import type { Duplex } from 'node:stream'

/**
 * Messages over a stream: four bytes with the length (little-endian), then so many bytes. An image goes over as it is,
 * without being copied or encoded first.
 */
const LENGTH_BYTES = 4

export function writeFrame(stream: Duplex, payload: Uint8Array): void {
  const length = Buffer.allocUnsafe(LENGTH_BYTES)
  length.writeUInt32LE(payload.length)
  stream.cork()
  stream.write(length)
  stream.write(payload)
  stream.uncork()
}

/** Calls `onFrame` with each message, in memory of its own; one that is longer than `maxBytes` is the end: `onTooLong`. */
export function readFrames(stream: Duplex, { maxBytes, onFrame, onTooLong }: FrameReader): void {
  const length = Buffer.alloc(LENGTH_BYTES)
  let lengthBytes = 0
  let frame: Buffer | undefined
  let frameBytes = 0
  let done = false

  /** Takes what it can use from the chunk and tells how much that was. */
  function take(chunk: Buffer, at: number): number {
    if (!frame) {
      const taken = chunk.copy(length, lengthBytes, at)
      lengthBytes += taken
      if (lengthBytes === LENGTH_BYTES) {
        const bytes = length.readUInt32LE()
        if (bytes > maxBytes) done = true
        else frame = Buffer.allocUnsafeSlow(bytes)
      }
      return taken
    }
    const taken = chunk.copy(frame, frameBytes, at)
    frameBytes += taken
    return taken
  }

  stream.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !done; ) {
      at += take(chunk, at)
      if (done) return onTooLong()
      if (!frame || frameBytes < frame.length) continue
      const whole = frame
      frame = undefined
      frameBytes = 0
      lengthBytes = 0
      onFrame(whole)
    }
  })
}

interface FrameReader {
  readonly maxBytes: number
  readonly onFrame: (frame: Uint8Array) => void
  readonly onTooLong: () => void
}
