import type { Credential } from '../client/signature.js'
import { byId } from './element.js'
import { isComplete } from './keys.js'
import { fill, type Texts } from './texts/texts.js'

const FIELDS = ['appid', 'secretId', 'secretKey'] as const

/** The fields for the keys, which stay in the page's memory. */
export class KeysPanel {
  readonly #onChange: (keys: Credential) => void
  #isFromLink: boolean

  constructor(keys: Credential, isFromLink: boolean, onChange: (keys: Credential) => void) {
    this.#onChange = onChange
    this.#isFromLink = isFromLink
    for (const name of FIELDS) {
      const input = byId(name, HTMLInputElement)
      input.value = keys[name]
      input.addEventListener('input', () => {
        this.#isFromLink = false
        this.#onChange(this.#read())
      })
    }
    byId('keys', HTMLDetailsElement).open = !isComplete(keys)
  }

  /** Keys of a link. */
  fill(keys: Credential): void {
    for (const name of FIELDS) byId(name, HTMLInputElement).value = keys[name]
    this.#isFromLink = true
    this.#onChange(this.#read())
  }

  render(keys: Credential, texts: Texts): void {
    const state = byId('keysState', HTMLElement)
    const isReady = isComplete(keys)
    const ready = this.#isFromLink ? texts.keysFromLink : texts.keysReady
    state.textContent = isReady ? fill(ready, { secretId: keys.secretId }) : texts.keysMissing
    state.classList.toggle('good', isReady)
  }

  /** Puts the focus into the first field that is empty. */
  open(): void {
    byId('keys', HTMLDetailsElement).open = true
    const empty = FIELDS.map((name) => byId(name, HTMLInputElement)).find((input) => input.value === '')
    empty?.focus()
  }

  #read(): Credential {
    const [appid, secretId, secretKey] = FIELDS.map((name) => byId(name, HTMLInputElement).value.trim())
    return { appid: appid ?? '', secretId: secretId ?? '', secretKey: secretKey ?? '' }
  }
}
