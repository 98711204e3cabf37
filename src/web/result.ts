import type { Success } from './answer.js'
import type { Outcome } from './call.js'
import { byId, create } from './element.js'
import type { StageTimes } from './stage-times.js'
import { fill, type Stage, type Texts, type VerdictText } from './texts/texts.js'

const STAGES: readonly Stage[] = ['fetch', 'decode', 'detect', 'align', 'embed']

/** What a score means. */
export function judge(score: number, texts: Texts): VerdictText {
  return texts.verdicts.find(({ from }) => score >= from) ?? { from: 0, title: '', meaning: '' }
}

export function renderVerdict(score: number | undefined, texts: Texts): void {
  const verdict = score === undefined ? undefined : judge(score, texts)
  byId('verdict', HTMLElement).replaceChildren(
    ...(verdict ? [create('p', 'title', verdict.title), create('p', 'meaning', verdict.meaning)] : []),
  )
  for (const row of byId('scale', HTMLElement).querySelectorAll<HTMLElement>('[data-from]')) {
    row.classList.toggle('reached', verdict !== undefined && Number(row.dataset.from) === verdict.from)
  }
}

export function renderParts({ parts }: Success, texts: Texts): void {
  const rows = (['eyebrow', 'eye', 'nose', 'mouth'] as const).map((part) => {
    return create(
      'div',
      '',
      create('dt', '', texts.parts[part]),
      create('dd', '', makeBar(parts[part] / 100), parts[part].toFixed(1)),
    )
  })
  byId('parts', HTMLElement).replaceChildren(...rows)
}

/** Milliseconds of each stage that was run, of A and of B. */
export function renderTimes({ times, roundTripMs }: Outcome, texts: Texts): void {
  const total = times.get('total') ?? 0
  byId('timesTotal', HTMLElement).textContent = fill(texts.times, {
    total: total.toFixed(0),
    roundTrip: roundTripMs.toFixed(0),
  })
  const run = STAGES.filter((stage) => times.has(`${stage}A`) || times.has(`${stage}B`))
  const longest = Math.max(1, ...run.flatMap((stage) => [times.get(`${stage}A`) ?? 0, times.get(`${stage}B`) ?? 0]))
  const rows = run.map((stage) => {
    const name = create('th', '', texts.stages[stage])
    name.scope = 'row'
    return create('tr', '', name, ...(['A', 'B'] as const).map((side) => makeTime(times, `${stage}${side}`, longest)))
  })
  byId('times', HTMLElement).replaceChildren(...rows)
}

function makeTime(times: StageTimes, stage: string, longest: number): HTMLElement {
  const ms = times.get(stage)
  if (ms === undefined) return create('td', '', '–')
  return create('td', '', makeBar(ms / longest), `${ms.toFixed(1)} ms`)
}

/** A bar of which a share (0 to 1) is filled; the number beside it says the same. */
function makeBar(share: number): HTMLElement {
  const bar = create('span', 'bar')
  bar.style.setProperty('--share', String(share))
  bar.setAttribute('aria-hidden', 'true')
  return bar
}
