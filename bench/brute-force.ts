import type { Likeness } from '../src/gallery/template-rows.js'
import { openNetwork } from '../src/packs/session.js'
import { type CohortScale, readCosine } from '../src/score/cohort.js'
import { createGraph } from '../support/build-network.js'
import { writeOnnx } from '../tools/onnx/file.js'

export interface First {
  readonly row: number
  readonly similarity: number
}

/** Compares each of many probes with all templates that it is fed with, in floats: a matrix product in ONNX Runtime. */
export async function openBruteForce(probes: readonly Likeness[], columns: number) {
  const weights = new Float32Array(columns * probes.length)
  for (const [p, { embedding }] of probes.entries()) {
    for (const [i, value] of embedding.entries()) weights[i * probes.length + p] = value
  }
  const graph = createGraph('product', { name: 'input', shape: ['N', columns] })
  const value = graph.node('MatMul', [graph.input, graph.floats(weights, [columns, probes.length])])
  const network = await openNetwork(
    writeOnnx(graph.finish([{ name: 'output', value, shape: ['N', probes.length] }])),
    1,
  )
  const best: First[] = probes.map(() => ({ row: -1, similarity: Number.NEGATIVE_INFINITY }))
  let rows = 0
  return {
    async feed(templates: readonly Likeness[]): Promise<void> {
      const run = network.prepare([templates.length, columns])
      for (const [i, { embedding }] of templates.entries()) run.input.set(embedding, i * columns)
      await run.finish((outputs) => {
        const cosines = outputs.get('output')?.data ?? new Float32Array()
        for (const [i, { cohort }] of templates.entries()) {
          keepBest(cosines.subarray(i * probes.length, (i + 1) * probes.length), cohort, rows + i)
        }
      })
      rows += templates.length
    },
    /** The first candidates among all so far. */
    first: (): readonly First[] => best.slice(),
    close: () => network.close(),
  }

  function keepBest(cosines: Float32Array, { gain, offset, centre }: CohortScale, row: number): void {
    for (let p = 0; p < cosines.length; p++) {
      const { cohort } = probes[p]!
      const similarity = readCosine(
        cosines[p]!,
        (gain + cohort.gain) / 2,
        (offset + cohort.offset) / 2,
        (centre + cohort.centre) / 2,
      )
      if (similarity > best[p]!.similarity) best[p] = { row, similarity }
    }
  }
}
