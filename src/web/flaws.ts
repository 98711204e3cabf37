import type { FaceCompareApiError } from '../client/errors.js'
import type { ShownFace } from './answer.js'
import { fill, type Texts } from './texts/texts.js'

type Side = 'A' | 'B'
type Reasons = FaceCompareApiError['qualityReasons']

/** Why a face was refused for how it is shown, and what to do; undefined for all other failures. */
export function explainRefusal(
  { side, quality, qualityReasons }: FaceCompareApiError,
  texts: Texts,
): string | undefined {
  if (!side || quality === undefined) return undefined
  const flaws = qualityReasons.length === 0 ? texts.shownPoorly : joinFlaws(qualityReasons, texts)
  return fill(texts.takeAgain, { side, flaws })
}

/** A hint for a face that was compared, although something is wrong with its picture; empty where nothing is. */
export function describeHint(side: Side, face: ShownFace | undefined, texts: Texts): string {
  const reasons = face?.qualityReasons ?? []
  return reasons.length === 0 ? '' : fill(texts.mayTakeAgain, { side, flaws: joinFlaws(reasons, texts) })
}

function joinFlaws(reasons: Reasons, { flaws, flawsBetween, flawsLast }: Texts): string {
  const told = reasons.map((reason) => flaws[reason])
  const [last = ''] = told.slice(-1)
  return told.length < 2 ? last : told.slice(0, -1).join(flawsBetween) + flawsLast + last
}
