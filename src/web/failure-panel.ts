import { create, within } from './element.js'
import { describeSeconds, type Failure } from './failure.js'
import { fill, type Texts } from './texts/texts.js'

/** Says why a call did not end well and what to do, and counts down to when the service may be asked again. */
export class FailurePanel {
  #said = ''
  #timer: number | undefined
  readonly #root: HTMLElement

  /** @param root where its elements are, by their classes */
  constructor(root: HTMLElement, onUseClock: () => void) {
    this.#root = root
    within(root, '.use-clock', HTMLButtonElement).addEventListener('click', onUseClock)
  }

  render(failure: Failure | undefined, texts: Texts): void {
    const said = JSON.stringify(failure ?? null)
    // What is said already is not said again.
    if (said === this.#said) return
    this.#said = said
    clearTimeout(this.#timer)
    within(this.#root, '.failure', HTMLElement).replaceChildren(...(failure ? describe(failure) : []))
    const { retryAtMs, isClockOff = false } = failure ?? {}
    within(this.#root, '.retry', HTMLElement).hidden = retryAtMs === undefined && !isClockOff
    const button = within(this.#root, '.use-clock', HTMLButtonElement)
    button.hidden = !isClockOff
    button.textContent = texts.useServiceClock
    within(this.#root, '.retry-text', HTMLElement).textContent = ''
    if (retryAtMs !== undefined) this.#countDown(retryAtMs, texts)
  }

  #countDown(untilMs: number, texts: Texts): void {
    const seconds = (untilMs - Date.now()) / 1000
    const text = within(this.#root, '.retry-text', HTMLElement)
    if (seconds <= 0) {
      text.textContent = texts.retryNow
      return
    }
    text.textContent = fill(texts.retryIn, { time: describeSeconds(seconds, texts.language) })
    this.#timer = setTimeout(() => this.#countDown(untilMs, texts), 1000)
  }
}

function describe({ what, advice, details }: Failure): readonly Node[] {
  return [
    create('p', 'what', what),
    ...(advice === undefined ? [] : [create('p', 'advice', advice)]),
    ...details.map((detail) => create('p', 'detail', detail)),
  ]
}
