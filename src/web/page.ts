import type { Credential } from '../client/signature.js'
import { CompareView } from './compare-view.js'
import { byId } from './element.js'
import { FacesView } from './faces-view.js'
import { listenForFiles } from './incoming.js'
import { takeKeysFromLink } from './keys.js'
import { KeysPanel } from './keys-panel.js'
import { applyTexts, chooseTexts, switchTexts } from './language.js'
import { linkTabs } from './tabs.js'
import type { FixedText, Texts } from './texts/texts.js'
import { addThemeSwitch } from './theme.js'
import type { Host, View } from './view.js'

/** A tab: its view, where that is, and what stands above it. */
interface Tab {
  readonly name: 'compare' | 'faces'
  readonly view: View
  readonly panel: HTMLElement
  readonly title: FixedText
  readonly lead: FixedText
  /** Where the link for those who hear the page leads. */
  readonly start: string
}

const QUERY_FIELD = 'tab'

/** The page: its tabs, and what they share. Nothing of it outlives the browser's tab. */
export class Page {
  #texts: Texts
  #keys: Credential
  #clockOffsetMs = 0
  readonly #keysPanel: KeysPanel
  readonly #tabs: readonly [Tab, ...Tab[]]
  #shown: Tab

  constructor() {
    const linked = takeKeysFromLink()
    this.#texts = chooseTexts(location.search, navigator.languages)
    this.#keys = linked ?? { appid: '', secretId: '', secretKey: '' }
    this.#keysPanel = new KeysPanel(this.#keys, linked !== undefined, (typed) => {
      this.#keys = typed
      this.#render()
    })
    const host: Host = {
      maxImageBytes: Number(document.documentElement.dataset.maxImageBytes) || Number.POSITIVE_INFINITY,
      surroundings: () => ({ texts: this.#texts, keys: this.#keys, clockOffsetMs: this.#clockOffsetMs }),
      useClock: (offsetMs) => {
        this.#clockOffsetMs = offsetMs
      },
      askForKeys: () => this.#keysPanel.open(),
    }
    const panel = (name: string) => byId(name, HTMLElement)
    const compare: Tab = {
      ...{ name: 'compare', view: new CompareView(host), panel: panel('compareView') },
      ...{ title: 'title', lead: 'lead', start: '#pictures' },
    }
    const faces: Tab = {
      ...{ name: 'faces', view: new FacesView(host), panel: panel('facesView') },
      ...{ title: 'facesTitle', lead: 'facesLead', start: '#picture' },
    }
    this.#tabs = [compare, faces]
    this.#shown = compare
  }

  start(): void {
    addThemeSwitch(byId('theme', HTMLButtonElement))
    byId('language', HTMLButtonElement).addEventListener('click', () => {
      this.#texts = switchTexts(this.#texts)
      this.#render()
    })
    listenForFiles({
      onFiles: (files) => this.#shown.view.takeFiles(files),
      onUrl: (url) => this.#shown.view.takeUrl(url),
    })
    // A link with keys may be opened in a page that is there already.
    addEventListener('hashchange', () => {
      const linked = takeKeysFromLink()
      if (linked) this.#keysPanel.fill(linked)
    })
    const wanted = new URLSearchParams(location.search).get(QUERY_FIELD)
    const buttons = [byId('tabCompare', HTMLButtonElement), byId('tabFaces', HTMLButtonElement)]
    const choose = linkTabs(byId('views', HTMLElement), buttons, (index) => this.#show(this.#tabs[index]))
    const index = this.#tabs.findIndex(({ name }) => name === wanted)
    if (index > 0) choose(index)
  }

  #show(tab: Tab = this.#tabs[0]): void {
    if (tab !== this.#shown) keepInAddress(tab.name)
    this.#shown = tab
    for (const each of this.#tabs) each.panel.hidden = each !== tab
    byId('request', HTMLElement).hidden = tab.name !== 'compare'
    byId('title', HTMLElement).dataset.text = tab.title
    byId('lead', HTMLElement).dataset.text = tab.lead
    byId('skip', HTMLAnchorElement).hash = tab.start
    this.#render()
  }

  #render(): void {
    applyTexts(this.#texts)
    this.#keysPanel.render(this.#keys, this.#texts)
    for (const { view } of this.#tabs) view.render()
  }
}

/** So that loading the page again shows the same tab. */
function keepInAddress(name: string): void {
  const url = new URL(location.href)
  url.searchParams.set(QUERY_FIELD, name)
  history.replaceState(null, '', url)
}
