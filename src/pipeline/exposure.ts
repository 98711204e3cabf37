import type { Image } from '../image/image.js'

/** A picture whose brightest parts are darker than this, of 255, was taken in too little light. */
const DARK = 110
/** So much below that it is brightened in full: a copy that is a little darker must not look quite different. */
const RAMP = 30
/** What the brightest parts are brought to then. */
const BRIGHT = 220
/** The share of pixels that may be brighter: reflections say nothing of the rest, but a face in the light of a stage is more. */
const BRIGHTER_SHARE = 0.002
/** So many pixels, evenly spread, tell how bright a picture is. */
const SAMPLES = 20_000
/** More would make faces of the noise of a black picture. */
const MOST_GAIN = 12

/** By how much the light of a picture is too little: what its values are to be multiplied by, 1 for all but dark pictures. */
export function measureGain(image: Image): number {
  // Most pictures are bright, and show it soon.
  if (isAtLeast(DARK, image, BRIGHTER_SHARE)) return 1
  const level = levelOf(image, BRIGHTER_SHARE)
  const share = Math.min(1, Math.max(0, (DARK - level) / RAMP))
  return 1 + share * (fullGain(level) - 1)
}

/** For pictures that show no face otherwise: a lit spot may be clipped when the rest is that dark. */
const DIM = 160
const SPOT_SHARE = 0.02

/** The gain of a picture that is dim but for a spot; undefined where it is not, or where it would be hardly more than `gain`. */
export function measureSpotGain(image: Image, gain: number): number | undefined {
  const level = levelOf(image, SPOT_SHARE)
  const found = fullGain(level)
  return level < DIM && found > 1.2 * gain ? found : undefined
}

function fullGain(level: number): number {
  return Math.min(MOST_GAIN, BRIGHT / Math.max(1, level))
}

/** Whether {@link levelOf} is as much as this. */
function isAtLeast(level: number, image: Image, brighterShare: number): boolean {
  const { data } = image
  const { pixels, step } = samplesOf(image)
  const most = brighterShare * Math.ceil(pixels / step)
  let brighter = 0
  for (let at = 0; at < pixels; at += step) {
    if (data[3 * at]! < level && data[3 * at + 1]! < level && data[3 * at + 2]! < level) continue
    if (++brighter > most) return true
  }
  return false
}

/** Every so many pixels one is looked at. */
function samplesOf({ width, height }: Image) {
  const pixels = width * height
  return { pixels, step: Math.max(1, Math.floor(pixels / SAMPLES)) }
}

/** The value of the brightest channel that all but a share of the pixels stay below. */
function levelOf(image: Image, brighterShare: number): number {
  const { data } = image
  const { pixels, step } = samplesOf(image)
  const counts = new Uint32Array(256)
  let sampled = 0
  for (let at = 0; at < pixels; at += step, sampled++) {
    counts[Math.max(data[3 * at]!, data[3 * at + 1]!, data[3 * at + 2]!)]!++
  }
  let brighter = 0
  let level = 255
  while (level > 0 && brighter + counts[level]! <= brighterShare * sampled) brighter += counts[level--]!
  return level
}

/** A copy of the picture with its values multiplied; the picture itself for a gain of 1. */
export function expose<T extends Image>(image: T, gain: number): T {
  if (gain === 1) return image
  const table = Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, Math.round(gain * value)))
  const data = new Uint8Array(image.data.length)
  for (let i = 0; i < data.length; i++) data[i] = table[image.data[i]!]!
  return { ...image, data }
}
