import type { Config } from '../config.js'
import { mapParts, type PartName } from '../engine/face.js'
import { centreParts } from '../evaluation/centre-parts.js'
import { readPersonFolder } from '../evaluation/data-set.js'
import { requirePack } from '../evaluation/embed-pictures.js'
import { bestBin, binAtFar, type Curve, measureCurve, thresholdOf } from '../evaluation/figures.js'
import { createProgress } from '../evaluation/progress.js'
import type { ScoredPairs } from '../evaluation/score-pairs.js'
import { checkFitWritable, writePackFit } from '../packs/fit-file.js'
import { openPackFolder } from '../packs/folder.js'
import { fitSupportedCalibration, SCORE_FOR_FAR, type SupportedCurve } from '../score/calibration.js'
import type { PartFit } from '../score/fit.js'
import { embedInProcesses } from './embed.js'
import { score } from './eval.js'
import { EXIT_INTERRUPTED, watchInterrupt } from './interruption.js'

/** Makes and writes the calibration of a pack from a folder of labelled pictures. Returns the exit code. */
export async function calibratePack(folder: string, config: Config): Promise<number> {
  if (config.modelPack === undefined) {
    throw new Error('Name the folder of a pack with --pack; the default pack has its calibration.')
  }
  const pack = await openPackFolder(config.modelPack)
  await checkFitWritable(pack)
  const dataSet = await readPersonFolder(folder)
  const { pairing } = dataSet
  if (pairing.kind !== 'all') throw new Error('Expected a folder of persons')
  const interruption = watchInterrupt()
  try {
    const { embedded, numbers } = await embedInProcesses(dataSet.pictures, config, {
      progress: createProgress(process.stderr, 'pictures', dataSet.pictures.length),
      calibration: 'none',
      signal: interruption.signal,
    })
    requirePack(embedded)
    const centred = numbers.hasOwnParts ? centreParts(embedded.outcomes) : undefined
    const scored = await score(dataSet, centred?.outcomes ?? embedded.outcomes, 0, interruption.signal)
    const curve = measureCurve(scored.tally)
    const fitted = fitCurve(curve)
    const found = embedded.outcomes.filter((outcome) => 'face' in outcome).length
    await writePackFit(pack, {
      pack: numbers.content,
      bestThreshold: thresholdOf(bestBin(curve)),
      calibration: fitted.knots,
      supportedScore: fitted.supportedScore,
      parts: centred && mapParts((part) => fitPart(scored, part, centred.means[part])),
      madeFrom: {
        persons: pairing.personCount,
        pictures: found,
        genuinePairs: countCompared(curve),
        impostorPairs: curve.impostorPairs,
        date: new Date().toISOString(),
      },
    })
    printResult(fitted, curve, `${found} of ${dataSet.pictures.length} pictures of ${pairing.personCount} persons`)
    process.stdout.write(`written to ${pack.manifest.calibration} of the model pack ${pack.name}\n`)
    return 0
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.stderr.write('facecompare: Interrupted; nothing was written.\n')
    return EXIT_INTERRUPTED
  } finally {
    interruption.close()
  }
}

function fitCurve(curve: Curve): SupportedCurve {
  return fitSupportedCalibration((far) => (supports(curve, far) ? thresholdOf(binAtFar(curve, far)) : undefined))
}

function fitPart({ parts }: ScoredPairs, part: PartName, mean: Float32Array): PartFit {
  const tally = parts.get(part)
  if (!tally) throw new Error(`There are no pairs to compare the part ${part} of.`)
  return { mean, calibration: fitCurve(measureCurve(tally)).knots }
}

/** A rate can be told from so many pairs that one of them may be accepted. */
function supports({ impostorPairs }: Curve, far: number): boolean {
  return impostorPairs * far >= 1 - 1e-9
}

function countCompared({ genuineFrom }: Curve): number {
  return genuineFrom[0] ?? 0
}

function printResult({ knots, supportedScore }: SupportedCurve, curve: Curve, pictures: string): void {
  const lines = [
    `made from ${pictures}: ${countCompared(curve)} genuine and ${curve.impostorPairs} impostor pairs`,
    ...SCORE_FOR_FAR.map(([far, score]) => {
      const knot = knots.find(([, at]) => at === score)
      if (knot) return `score ${score}  false accept rate ${far.toExponential()}  cosine ${knot[0].toFixed(4)}`
      if (score < supportedScore) return `score ${score}  at the cosine of the next score`
      return `score ${score}  needs ${Math.ceil(1 / far - 1e-9)} impostor pairs`
    }),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  if (SCORE_FOR_FAR.every(([, score]) => score <= supportedScore)) return
  process.stderr.write(
    `facecompare: There are too few impostor pairs for scores above ${supportedScore}: from there the curve runs straight to ` +
      '100 at a cosine of 1, and promises no false accept rate.\n',
  )
}
