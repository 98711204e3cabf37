import type { Success } from './answer.js'
import { byId, create } from './element.js'
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
export function renderTimes({ stagesMs }: Success, roundTripMs: number, texts: Texts): void {
  byId('timesTotal', HTMLElement).textContent = fill(texts.times, {
    total: (stagesMs.total ?? 0).toFixed(0),
    roundTrip: roundTripMs.toFixed(0),
  })
  const run = STAGES.map((stage) => ({ stage, sides: [stagesMs[`${stage}A`], stagesMs[`${stage}B`]] })).filter(
    ({ sides }) => sides.some((ms) => ms !== undefined),
  )
  const longest = Math.max(1, ...run.flatMap(({ sides }) => sides.map((ms = 0) => ms)))
  const rows = run.map(({ stage, sides }) => {
    const name = create('th', '', texts.stages[stage])
    name.scope = 'row'
    return create('tr', '', name, ...sides.map((ms) => makeTime(ms, longest)))
  })
  byId('times', HTMLElement).replaceChildren(...rows)
}

function makeTime(ms: number | undefined, longest: number): HTMLElement {
  if (ms === undefined) return create('td', '', '–')
  return create('td', '', makeBar(ms / longest), `${ms.toFixed(1)} ms`)
}

/** A bar of which a share (0 to 1) is filled; the number beside it says the same. */
export function makeBar(share: number): HTMLElement {
  const bar = create('span', 'bar')
  bar.style.setProperty('--share', String(share))
  bar.setAttribute('aria-hidden', 'true')
  return bar
}
