import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix'

/** A class of embeddings as a normal distribution. */
export interface ClassOfFaces {
  readonly mean: Float32Array
  /** The sum of their outer products, and `evenVariance` along every direction, is the covariance. */
  readonly directions: readonly Float32Array[]
  readonly evenVariance: number
}

/** The share of the variance that is spread evenly over all directions: between the faces of a class others may lie than those that are seen. */
const EVEN_SHARE = 0.3
/** So many directions have a variance of their own, and no more than a share of the faces: else they would tell of single ones. */
const MOST_DIRECTIONS = 64
const DIRECTIONS_PER_FACE = 1 / 4

/**
 * What unit-length embeddings have in common. The directions are turned at random among those that make up the same covariance, so that
 * no row stands for one face; what they span together, and so the principal axes, stays the same.
 */
export function describeClass(rows: readonly Float32Array[], random: () => number): ClassOfFaces {
  const columns = rows[0]?.length ?? 0
  const mean = new Float64Array(columns)
  for (const row of rows) for (let i = 0; i < columns; i++) mean[i]! += row[i]! / rows.length
  const differences = new Matrix(rows.map((row) => Array.from(row, (value, i) => value - mean[i]!)))
  differences.mul(1 / Math.sqrt(rows.length - 1))
  const count = Math.min(MOST_DIRECTIONS, Math.floor(DIRECTIONS_PER_FACE * rows.length), columns)
  const { axes, variances } = findAxes(differences, count)
  const variance = differences.norm() ** 2
  const along = variances.reduce((sum, value) => sum + value, 0)
  const turned = drawRotation(count, random)
    .mmul(axes)
    .mul(Math.sqrt(1 - EVEN_SHARE))
  return {
    mean: Float32Array.from(mean),
    directions: turned.to2DArray().map((row) => Float32Array.from(row)),
    evenVariance: (EVEN_SHARE * variance + (1 - EVEN_SHARE) * (variance - along)) / columns,
  }
}

/** The principal axes with the largest variances, row by row, each as long as the deviation along it. */
function findAxes(
  differences: Matrix,
  count: number,
): { readonly axes: Matrix; readonly variances: readonly number[] } {
  // The smaller of both products has the same eigenvalues, and its eigenvectors give those of the other.
  const isWide = differences.rows < differences.columns
  const [left, right] = isWide ? [differences, differences.transpose()] : [differences.transpose(), differences]
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(left.mmul(right), {
    assumeSymmetric: true,
  })
  // They come with rising eigenvalues.
  const first = realEigenvalues.length - count
  const variances = realEigenvalues.slice(first).map((value) => Math.max(0, value))
  const vectors = eigenvectorMatrix.subMatrixColumn(variances.map((_, i) => first + i)).transpose()
  const axes = isWide
    ? vectors.mmul(differences)
    : vectors.mulColumnVector(Matrix.columnVector(variances.map(Math.sqrt)))
  return { axes, variances }
}

function drawRotation(size: number, random: () => number): Matrix {
  const drawn = Array.from({ length: size }, () => Array.from({ length: size }, () => drawNormal(random)))
  return new QrDecomposition(new Matrix(drawn)).orthogonalMatrix
}

/** From the normal distribution (Box and Muller, 1958). */
function drawNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
