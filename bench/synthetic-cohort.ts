import { type Cohort, projectOnto } from '../src/score/cohort.js'
import { dotProduct, joinWeighted, normalise } from '../src/score/vectors.js'
import { findPrincipalAxes } from './principal-axes.js'

const MEMBERS = 1000
const AXES = 64
/** A member is made of so many faces that are most like a random one, ... */
const NEIGHBOURS = 20
/** ... of their centre and half the deviations of so many of them, with random signs. */
const DEVIATIONS = 4

/**
 * Embeddings of nobody that lie where faces lie: no member is a face of the people, nor a mean of two or three. Chosen on
 * DevTrain in two folds: a thousand keep most of what as many real people are worth, centres of clusters do not.
 * `faces` are fused embeddings of different people, `head` numbers of them from the first network with share `shareOfHead`.
 */
export function makeCohort(
  faces: readonly Float32Array[],
  head: number,
  shareOfHead: number,
  random: () => number,
): Pick<Cohort, 'head' | 'axes' | 'members'> {
  const axes = findPrincipalAxes(
    faces.map((face) => face.subarray(head)),
    AXES,
    random,
  )
  const width = head + AXES
  const members = new Float32Array(MEMBERS * width)
  for (let i = 0; i < MEMBERS; i++) {
    const mixed = mix(neighboursOf(pick(faces, random), faces), random)
    const member = joinWeighted(normalise(mixed.slice(0, head)), normalise(mixed.slice(head)), shareOfHead)
    members.set(projectOnto({ head, axes }, member), i * width)
  }
  return { head, axes, members }
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!
}

function neighboursOf(face: Float32Array, faces: readonly Float32Array[]): readonly Float32Array[] {
  return faces
    .map((other) => ({ other, similarity: dotProduct(face, other) }))
    .sort((p, q) => q.similarity - p.similarity)
    .slice(1, NEIGHBOURS + 1)
    .map(({ other }) => other)
}

function mix(neighbours: readonly Float32Array[], random: () => number): Float32Array {
  const centre = new Float32Array(neighbours[0]!.length)
  for (const neighbour of neighbours) {
    for (let i = 0; i < centre.length; i++) centre[i]! += neighbour[i]! / neighbours.length
  }
  const mixed = Float32Array.from(centre)
  for (let k = 0; k < DEVIATIONS; k++) {
    const neighbour = pick(neighbours, random)
    const share = random() < 0.5 ? -0.5 : 0.5
    for (let i = 0; i < mixed.length; i++) mixed[i]! += share * (neighbour[i]! - centre[i]!)
  }
  return mixed
}
