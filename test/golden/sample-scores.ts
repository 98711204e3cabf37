import { createFaceEngine, type Face } from '../../src/index.js'
import { cutPerson, SAMPLE_PEOPLE } from '../../support/sample-people.js'

export interface SampleScores {
  readonly people: readonly string[]
  /** One row a pair, in the order of the people: the score, then those of eyebrows, eyes, nose and mouth; 0 to 100. */
  readonly scores: readonly (readonly number[])[]
}

/** Every sample head against every other one, as the library compares them; one of them is shown too poorly, which is not asked here. */
export async function compareSamples(): Promise<SampleScores> {
  const engine = await createFaceEngine()
  const pictures = await Promise.all(SAMPLE_PEOPLE.map((person) => cutPerson(person)))
  const faces: Face[] = []
  for (const picture of pictures) faces.push(await engine.analyze(picture))
  const scores = faces.flatMap((a, i) =>
    faces.slice(i + 1).map((b) => {
      const { similarity, parts } = engine.compare(a, b, { minQuality: 0 })
      return [similarity, parts.eyebrow, parts.eye, parts.nose, parts.mouth]
    }),
  )
  await engine.close()
  return { people: SAMPLE_PEOPLE, scores }
}
