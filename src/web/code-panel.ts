import { byId, create } from './element.js'
import { tokenize } from './highlight.js'
import { SAMPLES, type Sample, type SampleCall } from './samples/samples.js'
import { fill, type Texts } from './texts/texts.js'

export interface CodePanel {
  readonly render: (call: SampleCall, texts: Texts) => void
}

/** The tabs with the same call in several languages. Arrow keys move between tabs (WAI-ARIA, tabs pattern). */
export function createCodePanel(): CodePanel {
  let chosen: Sample | undefined = SAMPLES[0]
  let shown: { readonly call: SampleCall; readonly texts: Texts } | undefined
  const tabs = SAMPLES.map((sample) => {
    const tab = create('button', '', sample.title)
    tab.type = 'button'
    tab.id = `tab-${sample.language}`
    tab.setAttribute('role', 'tab')
    tab.setAttribute('aria-controls', 'code')
    tab.addEventListener('click', () => choose(sample))
    return tab
  })
  byId('tabs', HTMLElement).append(...tabs)
  // It scrolls, also for who has no mouse.
  byId('code', HTMLElement).tabIndex = 0

  function choose(sample: Sample): void {
    chosen = sample
    SAMPLES.forEach((other, i) => {
      tabs[i]?.setAttribute('aria-selected', String(other === sample))
      if (tabs[i]) tabs[i].tabIndex = other === sample ? 0 : -1
    })
    byId('code', HTMLElement).setAttribute('aria-labelledby', `tab-${sample.language}`)
    if (shown) show(sample, shown.call, shown.texts)
  }

  byId('tabs', HTMLElement).addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    const at = ((chosen ? SAMPLES.indexOf(chosen) : 0) + step + SAMPLES.length) % SAMPLES.length
    const sample = SAMPLES[at]
    if (sample) choose(sample)
    tabs[at]?.focus()
    event.preventDefault()
  })
  byId('copy', HTMLButtonElement).addEventListener('click', () => {
    if (chosen && shown) void copy(chosen.write(shown.call), shown.texts)
  })
  if (chosen) choose(chosen)
  return {
    render(call, texts) {
      shown = { call, texts }
      if (chosen) show(chosen, call, texts)
    },
  }
}

function show(sample: Sample, call: SampleCall, texts: Texts): void {
  const tokens = tokenize(sample.write(call)).map(({ kind, text }) =>
    kind === 'plain' ? text : create('span', kind, text),
  )
  byId('source', HTMLElement).replaceChildren(...tokens)
  const { fileName: file, run } = sample
  byId('runWith', HTMLElement).textContent = call.secretKey === undefined ? fill(texts.runWith, { file, run }) : ''
}

const COPIED_MS = 1500

async function copy(source: string, texts: Texts): Promise<void> {
  // Pages from other machines over http have no clipboard; then the text is selected, ready to be copied by hand.
  const isCopied = await navigator.clipboard?.writeText(source).then(
    () => true,
    () => false,
  )
  if (isCopied !== true) {
    getSelection()?.selectAllChildren(byId('source', HTMLElement))
    return
  }
  const button = byId('copy', HTMLButtonElement)
  button.textContent = texts.copied
  byId('status', HTMLElement).textContent = texts.copied
  setTimeout(() => {
    button.textContent = texts.fixed.copy
  }, COPIED_MS)
}
