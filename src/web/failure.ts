import { FaceCompareApiError } from '../client/errors.js'
import type { Outcome } from './call.js'
import { isClockToBlame } from './clock.js'
import { explainRefusal } from './flaws.js'
import { fill, type Texts } from './texts/texts.js'

/** Why there is not what was asked for, for a person. */
export interface Failure {
  /** One sentence: what, and on which side. */
  readonly what: string
  /** The same on the card of its picture. */
  readonly onCard: string
  readonly advice: string | undefined
  /** What the service said itself, in English, and the code and id of the call; for whoever asks. */
  readonly details: readonly string[]
  readonly side: 'A' | 'B' | undefined
  /** When to try again (Unix time), where that is known. */
  readonly retryAtMs: number | undefined
  /** Whether this device's clock may be why, so that the service's would help. */
  readonly isClockOff: boolean
}

/** Of something that is missing, for which no call was made. */
export function describeMissing(what: string): Failure {
  return {
    what,
    onCard: what,
    advice: undefined,
    details: [],
    side: undefined,
    retryAtMs: undefined,
    isClockOff: false,
  }
}

/** @param clockOffsetMs what was added to this device's clock to sign the call */
export function explainFailure(outcome: Outcome<unknown>, texts: Texts, clockOffsetMs = 0): Failure {
  const { answer, status } = outcome
  const clockDifferenceMs = (outcome.clockDifferenceMs ?? clockOffsetMs) - clockOffsetMs
  const nothing = { details: [], side: undefined, retryAtMs: undefined, isClockOff: false }
  if (!(answer instanceof FaceCompareApiError)) {
    const { what, advice } = status === 0 ? texts.noAnswer : texts.strangeAnswer
    return { ...nothing, what, onCard: what, advice }
  }
  const { code, side, detail = '', sessionId = '' } = answer
  const known = texts.failures[code] ?? texts.otherFailure
  const refusal = explainRefusal(answer, texts)
  const isClockOff = isClockToBlame(code, clockDifferenceMs)
  return {
    what: refusal ?? (side ? fill(texts.sideFailed, { side, what: beginSmall(known.what) }) : known.what),
    onCard: refusal ?? known.what,
    advice: isClockOff ? describeClock(clockDifferenceMs, texts) : known.advice,
    details: [fill(texts.serviceSaid, { detail }), fill(texts.codeAndSession, { code, session: sessionId })],
    side,
    retryAtMs: code === 15 ? outcome.retryAtMs : undefined,
    isClockOff,
  }
}

/** Within a sentence. */
function beginSmall(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function describeClock(differenceMs: number, texts: Texts): string {
  const time = describeSeconds(Math.abs(differenceMs) / 1000, texts.language)
  return fill(differenceMs < 0 ? texts.clockAhead : texts.clockBehind, { time })
}

const UNITS: readonly (readonly [unit: 'day' | 'hour' | 'minute' | 'second', seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** `12 minutes`: in the largest unit of which there are two or more. */
export function describeSeconds(seconds: number, language: string): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= 2 * each) ?? ['second', 1]
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(Math.max(1, Math.round(seconds / length)))
}
