import { mapParts } from '../../src/engine/face.js'
import type { Detector, SeenFace } from '../../src/pipeline/detect.js'
import type { LandmarkModel } from '../../src/pipeline/landmarks.js'
import type { Network, Tensor } from '../../src/pipeline/network.js'
import type { Pyramid } from '../../src/pipeline/pyramid.js'
import type { Recogniser } from '../../src/pipeline/recognise.js'

export type Colour = readonly [red: number, green: number, blue: number]

/** Colours that differ by more than {@link CLOSE} from one another, from black and from the grey of {@link GROUND}. */
export const COLOURS = {
  red: [255, 0, 0],
  green: [0, 255, 0],
  blue: [0, 0, 255],
  yellow: [255, 255, 0],
  pink: [255, 0, 255],
  cyan: [0, 255, 255],
  white: [255, 255, 255],
  orange: [255, 128, 0],
  violet: [128, 0, 255],
  lime: [128, 255, 0],
} as const satisfies Readonly<Record<string, Colour>>
export type ColourName = keyof typeof COLOURS
export const GROUND: Colour = [119, 119, 119]

/** What blending and JPEG make of a colour is still it. */
const CLOSE = 60
const LEAST_PIXELS = 3

/** A network whose output is its input. */
const mirror: Network = {
  prepare(dims) {
    const input = new Float32Array(dims.reduce((product, side) => product * side, 1))
    return { input, finish: async (read) => read(new Map([['pixels', { data: input, dims }]])) }
  },
}

/** Takes all that it sees of one colour for one face, as surely as it is told. */
export function createColourDetector(scores: Readonly<Partial<Record<ColourName, number>>>): Detector {
  return {
    network: mirror,
    minScore: 0.5,
    kind: {
      minScore: 0.5,
      sureScore: 0.9,
      sameFaceIou: 0.4,
      step: 32,
      decode: (outputs) =>
        Object.entries(scores).flatMap(([name, score]) => {
          const box = boxOf(outputs.get('pixels')!, COLOURS[name as ColourName])
          return box ? [{ score, box }] : []
        }),
    },
  }
}

/** The box around all pixels of a colour. */
function boxOf({ data, dims }: Tensor, [red, green, blue]: Colour): SeenFace['box'] | undefined {
  const [, , height, width] = dims as readonly [number, number, number, number]
  const area = width * height
  const isFar = (at: number, value: number) => Math.abs(data[at]! - value) > CLOSE
  let count = 0
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (let i = 0; i < area; i++) {
    if (isFar(i, red) || isFar(area + i, green) || isFar(2 * area + i, blue)) continue
    const [x, y] = [i % width, Math.floor(i / width)]
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + 1)
    bottom = Math.max(bottom, y + 1)
    count++
  }
  return count < LEAST_PIXELS ? undefined : { x: left, y: top, width: right - left, height: bottom - top }
}

/** Where eyes, nose and mouth are, in shares of the crop, by the first of the landmarks that they consist of. */
const FEATURES = [
  { from: 60, x: 0.5, y: 0.65 },
  { from: 54, x: 0.6, y: 0.65 },
  { from: 48, x: 0.4, y: 0.65 },
  { from: 42, x: 0.6, y: 0.4 },
  { from: 36, x: 0.4, y: 0.4 },
  { from: 0, x: 0.5, y: 0.5 },
] as const

/** What each part of what is hardly a face adds to its measure. */
const HARDLY = 0.01

/** Puts the landmarks of an upright face into the middle of any crop. */
const uprightLandmarks: LandmarkModel = {
  network: {
    prepare: (dims) => ({
      input: new Float32Array(dims.reduce((product, side) => product * side, 1)),
      finish: async (read) => read(new Map([['points', { data: Float32Array.from(points()), dims: [1, 136] }]])),
    }),
  },
  input: { layout: 'NCHW', size: 32, channels: 'rgb', mean: [0, 0, 0], scale: [1, 1, 1] },
  output: 'points',
  cropSide: 1,
}

function points(): number[] {
  return Array.from({ length: 68 }, (_, i) => FEATURES.find(({ from }) => i >= from)!).flatMap(({ x, y }) => [x, y])
}

interface Telling {
  readonly person?: ColourName
  readonly hardly?: readonly ColourName[]
  readonly embedded: (name: ColourName | undefined) => void
}

/**
 * Takes what is of the colours of `scores` for faces, and of these none but `person` for a real one, and those of `hardly` for what is
 * hardly one. `embedded` is told the colour of each face that is embedded.
 */
export function createColourRecogniser(
  scores: Readonly<Partial<Record<ColourName, number>>>,
  { person, hardly = [], embedded }: Telling,
): Recogniser {
  return {
    detector: createColourDetector(scores),
    landmarks: uprightLandmarks,
    embed: async (pyramid, { landmarks }) => {
      const name = colourAt(pyramid, landmarks[0]!, landmarks[1]!)
      embedded(name)
      const isHardly = name !== undefined && hardly.includes(name)
      const vector = Float32Array.of(isHardly ? HARDLY : name === person ? 1 : -1)
      return { embedding: vector, raw: vector, parts: mapParts(() => vector), upright: isHardly ? -1 : 1 }
    },
    faceLikeness: { directions: mapParts(() => Float32Array.of(1)), offset: 0 },
  }
}

function colourAt({ image }: Pyramid, x: number, y: number): ColourName | undefined {
  const at = 3 * (Math.round(y) * image.width + Math.round(x))
  const names = Object.keys(COLOURS) as ColourName[]
  return names.find((name) => COLOURS[name].every((value, i) => Math.abs(image.data[at + i]! - value) <= CLOSE))
}
