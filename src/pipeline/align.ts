import { fitSimilarity, type Similarity } from './geometry.js'

/**
 * The mean shape of landmarks 17 to 67 that dlib aligns to (dlib, image_transforms/interpolation.h,
 * get_face_chip_details), x and y in units of the chip without its padding.
 */
// biome-ignore format: a table
const MEAN_X = [
  0.000213256, 0.0752622, 0.18113, 0.29077, 0.393397, 0.586856, 0.689483, 0.799124, 0.904991, 0.98004, 0.490127, 0.490127,
  0.490127, 0.490127, 0.36688, 0.426036, 0.490127, 0.554217, 0.613373, 0.121737, 0.187122, 0.265825, 0.334606, 0.260918,
  0.182743, 0.645647, 0.714428, 0.793132, 0.858516, 0.79751, 0.719335, 0.254149, 0.340985, 0.428858, 0.490127, 0.551395,
  0.639268, 0.726104, 0.642159, 0.556721, 0.490127, 0.423532, 0.338094, 0.290379, 0.428096, 0.490127, 0.552157, 0.689874,
  0.553364, 0.490127, 0.42689,
]
// biome-ignore format: a table
const MEAN_Y = [
  0.106454, 0.038915, 0.0187482, 0.0344891, 0.0773906, 0.0773906, 0.0344891, 0.0187482, 0.038915, 0.106454, 0.203352,
  0.307009, 0.409805, 0.515625, 0.587326, 0.609345, 0.628106, 0.609345, 0.587326, 0.216423, 0.178758, 0.179852, 0.231733,
  0.245099, 0.244077, 0.231733, 0.179852, 0.178758, 0.216423, 0.244077, 0.245099, 0.780233, 0.745405, 0.727388, 0.742578,
  0.727388, 0.745405, 0.780233, 0.864805, 0.902192, 0.909281, 0.902192, 0.864805, 0.784792, 0.778746, 0.785343, 0.778746,
  0.784792, 0.824182, 0.831803, 0.824182,
]
const FIRST_LANDMARK = 17

/** The landmarks that dlib aligns with: nose, eyes, upper lip; brows, jaw and lower lip move too much. */
const ANCHOR_LANDMARKS = [...range(27, 54), ...range(60, 64)]

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/**
 * The transform from the pixels of an aligned face (chip) of `size` pixels to those of the image. `padding` is the margin
 * around the mean shape on every side, in units of the shape.
 */
export function alignChip(landmarks: Float32Array, size: number, padding: number): Similarity {
  const chip: number[] = []
  const image: number[] = []
  for (const index of ANCHOR_LANDMARKS) {
    const mean = index - FIRST_LANDMARK
    chip.push(
      ((padding + MEAN_X[mean]!) / (2 * padding + 1)) * size,
      ((padding + MEAN_Y[mean]!) / (2 * padding + 1)) * size,
    )
    image.push(landmarks[2 * index]!, landmarks[2 * index + 1]!)
  }
  return fitSimilarity(chip, image)
}
