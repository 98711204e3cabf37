import { FaceCompareError } from '../errors.js'

/** RIFF, length, WEBP. */
const HEADER_BYTES = 12

/** Telling how long each frame is shown takes libwebp a walk to it from the first: 5,000 take 0.1 s, 60,000 ten seconds. */
const MOST_FRAMES = 5_000

/** @throws FaceCompareError IMAGE_UNDECODABLE (too many frames) */
export function checkWebp(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let frames = 0
  for (let at = HEADER_BYTES; at + 8 <= bytes.length; ) {
    if (view.getUint32(at) === ANIMATION_FRAME) frames++
    const length = view.getUint32(at + 4, true)
    at += 8 + length + (length % 2)
  }
  if (frames <= MOST_FRAMES) return
  throw new FaceCompareError(
    'IMAGE_UNDECODABLE',
    `The WebP image has ${frames} frames; at most ${MOST_FRAMES} are allowed.`,
  )
}

/** `ANMF` */
const ANIMATION_FRAME = 0x414e4d46
