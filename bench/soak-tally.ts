/** Counts of the calls of a soak, by their kind and the code of their answer. */
import { type CallKind, codeOf, type Nature, OK } from './soak-kinds.js'
import type { Reply } from './soak-wire.js'

export interface KindCount {
  readonly nature: Nature
  calls: number
  /** Calls whose client went away on purpose. */
  left: number
  /** By the code of the answer. */
  readonly codes: Map<number, number>
}

export interface Tally {
  calls: number
  answered: number
  readonly kinds: Map<string, KindCount>
  /** Calls that got no answer, one sentence each; the first of them. */
  readonly unanswered: Trouble
  /** Answers that the call may not get. */
  readonly unexpected: Trouble
}

export interface Trouble {
  count: number
  readonly examples: string[]
}

const MOST_EXAMPLES = 5

export function emptyTally(): Tally {
  return {
    calls: 0,
    answered: 0,
    kinds: new Map(),
    unanswered: { count: 0, examples: [] },
    unexpected: { count: 0, examples: [] },
  }
}

export function tallyReply(tally: Tally, kind: Omit<CallKind, 'send'>, reply: Reply) {
  const count = tally.kinds.get(kind.name) ?? { nature: kind.nature, calls: 0, left: 0, codes: new Map() }
  tally.kinds.set(kind.name, count)
  tally.calls++
  count.calls++
  if (reply.end === 'left') {
    count.left++
    return
  }
  if (reply.end === 'unanswered') {
    note(tally.unanswered, `${kind.name}: ${reply.why}`)
    return
  }
  tally.answered++
  count.codes.set(reply.code, (count.codes.get(reply.code) ?? 0) + 1)
  const wrong = judge(kind, reply)
  if (wrong) note(tally.unexpected, `${kind.name}: ${wrong}`)
}

type Answered = Extract<Reply, { readonly end: 'answered' }>

function judge(kind: Omit<CallKind, 'send'>, { code, data, hasRetryAfter }: Answered): string | undefined {
  if (!kind.codes.includes(code)) {
    return `code ${code} where ${kind.codes.join(' or ')} is right (${String(data.detail)})`
  }
  if (code === codeOf('TOO_MANY_REQUESTS') && !hasRetryAfter) return 'code 15 without Retry-After'
  const isBare = kind.isBare === true && code === OK
  if (!isBare && (typeof data.session_id !== 'string' || data.session_id === ''))
    return 'an answer without a session_id'
  return code === OK ? kind.judge?.(data) : undefined
}

function note(trouble: Trouble, sentence: string): void {
  trouble.count++
  if (trouble.examples.length < MOST_EXAMPLES) trouble.examples.push(sentence)
}

/** How many calls were answered with a code, by the code, of one nature or of all. */
export function countCodes({ kinds }: Tally, nature?: Nature): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  for (const count of kinds.values()) {
    if (nature !== undefined && count.nature !== nature) continue
    for (const [code, calls] of count.codes) sums.set(code, (sums.get(code) ?? 0) + calls)
  }
  return sums
}
