/** The mean face of 300-W's landmarks, roughly: x and y in turn, 0..1, the same on both sides. */
const LEFT: readonly (readonly [index: number, mirrored: number, x: number, y: number])[] = [
  [0, 16, 0.02, 0.3],
  [1, 15, 0.03, 0.42],
  [2, 14, 0.05, 0.53],
  [3, 13, 0.08, 0.64],
  [4, 12, 0.13, 0.75],
  [5, 11, 0.21, 0.84],
  [6, 10, 0.29, 0.91],
  [7, 9, 0.39, 0.97],
  [17, 26, 0.1, 0.2],
  [18, 25, 0.16, 0.15],
  [19, 24, 0.24, 0.14],
  [20, 23, 0.33, 0.15],
  [21, 22, 0.41, 0.19],
  [31, 35, 0.4, 0.57],
  [32, 34, 0.45, 0.59],
  [36, 45, 0.2, 0.3],
  [37, 44, 0.25, 0.27],
  [38, 43, 0.31, 0.27],
  [39, 42, 0.36, 0.31],
  [40, 47, 0.31, 0.32],
  [41, 46, 0.25, 0.32],
  [48, 54, 0.32, 0.72],
  [49, 53, 0.38, 0.69],
  [50, 52, 0.45, 0.68],
  [59, 55, 0.38, 0.77],
  [58, 56, 0.44, 0.79],
  [60, 64, 0.35, 0.725],
  [61, 63, 0.45, 0.71],
  [67, 65, 0.45, 0.74],
]
const MIDDLE: readonly (readonly [index: number, y: number])[] = [
  [8, 0.99],
  [27, 0.29],
  [28, 0.37],
  [29, 0.45],
  [30, 0.53],
  [33, 0.6],
  [51, 0.69],
  [57, 0.8],
  [62, 0.715],
  [66, 0.745],
]

export const MEAN_FACE: readonly number[] = place()

function place(): number[] {
  const points = new Array<number>(136).fill(0)
  const put = (index: number, x: number, y: number): void => {
    points[2 * index] = x
    points[2 * index + 1] = y
  }
  for (const [index, mirrored, x, y] of LEFT) {
    put(index, x, y)
    put(mirrored, 1 - x, y)
  }
  for (const [index, y] of MIDDLE) put(index, 0.5, y)
  return points
}

/** The landmarks of the mirror image, in their order. */
export function mirrorLandmarks(landmarks: ArrayLike<number>): readonly number[] {
  const other = new Map(LEFT.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]))
  return Array.from({ length: 68 }, (_, i) => other.get(i) ?? i).flatMap((from) => [
    1 - landmarks[2 * from]!,
    landmarks[2 * from + 1]!,
  ])
}
