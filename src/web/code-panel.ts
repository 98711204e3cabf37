import { byId, create } from './element.js'
import { tokenize } from './highlight.js'
import { SAMPLES, type Sample, type SampleCall } from './samples/samples.js'
import { linkTabs } from './tabs.js'
import { fill, type Texts } from './texts/texts.js'

export interface CodePanel {
  readonly render: (call: SampleCall, texts: Texts) => void
}

/** The tabs with the same call in several languages. */
export function createCodePanel(): CodePanel {
  let chosen: Sample | undefined = SAMPLES[0]
  let shown: { readonly call: SampleCall; readonly texts: Texts } | undefined
  const tabs = SAMPLES.map(({ title, language }) => {
    const tab = create('button', '', title)
    tab.type = 'button'
    tab.id = `tab-${language}`
    tab.setAttribute('role', 'tab')
    tab.setAttribute('aria-controls', 'code')
    return tab
  })
  byId('tabs', HTMLElement).append(...tabs)
  // It scrolls, also for who has no mouse.
  byId('code', HTMLElement).tabIndex = 0
  linkTabs(byId('tabs', HTMLElement), tabs, (index) => {
    chosen = SAMPLES[index]
    byId('code', HTMLElement).setAttribute('aria-labelledby', tabs[index]?.id ?? '')
    if (chosen && shown) show(chosen, shown.call, shown.texts)
  })
  byId('copy', HTMLButtonElement).addEventListener('click', () => {
    if (chosen && shown) void copy(chosen.write(shown.call), shown.texts)
  })
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
