import type { CrossValidation } from './cross-validate.js'
import { countLeftOut, describeLeftOut } from './picture-files.js'
import type { AccuracyAt, HardPair, Report, TarAtFar } from './report.js'

/** A share as people read it: two decimals, or three digits where that would say little. */
export function percent(share: number): string {
  if (share === 0) return '0 %'
  return `${share < 0.001 ? (100 * share).toPrecision(3) : (100 * share).toFixed(2)} %`
}

/** A false accept rate as it is written: 1e-3. */
export function rate(far: number): string {
  return far.toExponential().replace('e+0', '')
}

/** `a (b c)` with the failed ones said only where there are any. */
function countPairs(total: number, failed: number): string {
  return failed === 0 ? String(total) : `${total} (${failed} not compared)`
}

/** What is refused for its quality is told apart from what shows no face. */
function countPictures({ total, failed, tooPoor }: Report['pictures']): string {
  const counted = `${total}, ${failed.length - tooPoor} without a face that could be used`
  return tooPoor === 0 ? counted : `${counted}, ${tooPoor} shown too poorly`
}

/** Names and values of the report's figures, in order: for the text and for the page. */
export function listFigures(report: Report): readonly (readonly [name: string, value: string])[] {
  const { pictures, pairs, accuracy, persons } = report
  return [
    ...(persons === undefined ? [] : [['persons', String(persons)] as const]),
    ['pictures', countPictures(pictures)],
    ['genuine pairs', countPairs(pairs.genuine, pairs.genuineFailed)],
    ['impostor pairs', countPairs(pairs.impostor, pairs.impostorFailed)],
    ['accuracy', `${sayAccuracy(accuracy.atPackThreshold, report)}, the model pack's own threshold`],
    ['best possible', `${sayAccuracy(accuracy.bestPossible, report)}, chosen on these very pairs`],
    ...(accuracy.crossValidated ? [['cross-validated', sayFolds(accuracy.crossValidated)] as const] : []),
    ['ROC AUC', report.rocAuc.toFixed(5)],
    ['EER', percent(report.equalErrorRate)],
  ]
}

function sayAccuracy({ plain, balanced, threshold }: AccuracyAt, { pairs }: Report): string {
  // Two figures only where they can differ.
  const share =
    pairs.genuine === pairs.impostor
      ? percent(plain)
      : `${percent(balanced)} as mean of both kinds, ${percent(plain)} of all pairs,`
  return `${share} at similarity ${threshold.toFixed(4)}`
}

function sayFolds({ folds, errors, accuracy }: CrossValidation): string {
  return `${percent(accuracy)}, ${errors} errors; each of ${folds} folds judged by the best threshold of the others`
}

/** Why a line is to be taken with care, or nothing. */
export function warnOfFew(line: TarAtFar): string {
  if (!line.supported) return `needs ${line.impostorPairsNeeded} impostor pairs that could be compared`
  // "Rule of 30" (Doddington 1998): below it, 90 % confidence is wider than 30 % of the rate.
  const { impostorsAccepted: accepted } = line
  return accepted < 30 ? `rests on ${accepted} impostor ${accepted === 1 ? 'pair' : 'pairs'} alone` : ''
}

/** The report as plain text; names stand as they are, without control characters. */
export function formatText(report: Report): string {
  const figures = listFigures(report)
  const parts = Object.entries(report.partsRocAuc).map(([part, auc]) => `${part} ${auc.toFixed(4)}`)
  const lines = [
    `${report.dataSet}, model pack ${report.packId}`,
    '',
    ...figures.map(([name, value]) => `${name.padEnd(17)}${value}`),
    ...(parts.length > 0 ? [`${'AUC of parts'.padEnd(17)}${parts.join(', ')}`] : []),
    '',
    'FAR        TAR         similar  score',
    ...report.tarAtFar.map(formatTarAtFar),
    '',
    'score      similar  FAR here    TAR here',
    ...report.atScores.map(
      ({ score, threshold, far, tar }) =>
        `${String(score).padEnd(11)}${threshold.toFixed(4).padEnd(9)}${percent(far).padEnd(12)}${percent(tar)}`,
    ),
    ...listHardest('Genuine pairs with the lowest scores', report.hardest.genuine),
    ...listHardest('Impostor pairs with the highest scores', report.hardest.impostor),
    ...listFailed(report),
  ]
  return `${lines.map(withoutControls).join('\n')}\n`
}

function formatTarAtFar(line: TarAtFar): string {
  const far = rate(line.far).padEnd(11)
  if (!line.supported) return `${far}${warnOfFew(line)}`
  const { tar, threshold, score } = line
  const figures = `${far}${percent(tar).padEnd(12)}${threshold.toFixed(4).padEnd(9)}${score.toFixed(2)}`
  const care = warnOfFew(line)
  return care === '' ? figures : `${figures.padEnd(40)} ${care}`
}

function listHardest(title: string, pairs: readonly HardPair[]): readonly string[] {
  if (pairs.length === 0) return []
  return ['', title, ...pairs.map(({ a, b, score }) => `${score.toFixed(2).padStart(6)}  ${a}  ${b}`)]
}

function listFailed({ pictures, leftOut }: Report): readonly string[] {
  const failed = pictures.failed.map(({ name, sentence }) => `${name}: ${sentence}`)
  const skipped = countLeftOut(leftOut) === 0 ? [] : ['', describeLeftOut(leftOut)]
  return failed.length === 0 ? skipped : ['', 'Pictures that could not be used', ...failed, ...skipped]
}

/** File names may hold what would move the cursor. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
