import { byId, create } from './element.js'
import { describeSeconds, type Failure } from './failure.js'
import { fill, type Texts } from './texts/texts.js'

/** Says why there is no score and what to do, and counts down to when the service may be asked again. */
export class FailurePanel {
  #said = ''
  #timer: number | undefined

  constructor(onUseClock: () => void) {
    byId('useClock', HTMLButtonElement).addEventListener('click', onUseClock)
  }

  render(failure: Failure | undefined, texts: Texts): void {
    const said = JSON.stringify(failure ?? null)
    // What is said already is not said again.
    if (said === this.#said) return
    this.#said = said
    clearTimeout(this.#timer)
    byId('failure', HTMLElement).replaceChildren(...(failure ? describe(failure) : []))
    const { retryAtMs, isClockOff = false } = failure ?? {}
    byId('retry', HTMLElement).hidden = retryAtMs === undefined && !isClockOff
    const button = byId('useClock', HTMLButtonElement)
    button.hidden = !isClockOff
    button.textContent = texts.useServiceClock
    byId('retryText', HTMLElement).textContent = ''
    if (retryAtMs !== undefined) this.#countDown(retryAtMs, texts)
  }

  #countDown(untilMs: number, texts: Texts): void {
    const seconds = (untilMs - Date.now()) / 1000
    const text = byId('retryText', HTMLElement)
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
