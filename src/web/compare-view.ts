import { FaceCompareApiError } from '../client/errors.js'
import type { Success } from './answer.js'
import { callService, type Outcome, type Step } from './call.js'
import { type CodePanel, createCodePanel } from './code-panel.js'
import { drawDial, turnDial } from './dial.js'
import { byId } from './element.js'
import { describeMissing, explainFailure, type Failure } from './failure.js'
import { FailurePanel } from './failure-panel.js'
import { describeHint } from './flaws.js'
import { isComplete } from './keys.js'
import type { Picture } from './picture.js'
import { PictureCard } from './picture-card.js'
import { PictureSlot } from './picture-slot.js'
import { judge, renderParts, renderTimes, renderVerdict } from './result.js'
import type { SampleSide } from './samples/samples.js'
import { showCompared } from './shown.js'
import { fill, type Texts } from './texts/texts.js'
import { openTryPictures } from './try-pictures.js'
import { type Host, sayTo, type View } from './view.js'

type Side = 'A' | 'B'
type Sides<T> = Readonly<Record<Side, T>>

/** How far the view is: nothing asked yet, under way, an answer, something missing. */
type Phase =
  | { readonly name: 'idle' }
  | { readonly name: 'busy'; readonly step: Step; readonly stop: AbortController }
  | { readonly name: 'ended'; readonly outcome: Outcome }
  | { readonly name: 'missing'; readonly what: 'pictureA' | 'pictureB' | 'keys' }

const SIDES = ['A', 'B'] as const

/** Two pictures, and how alike their faces are. */
export class CompareView implements View {
  readonly #host: Host
  #phase: Phase = { name: 'idle' }
  readonly #slots: Sides<PictureSlot>
  readonly #cards: Sides<PictureCard>
  readonly #failurePanel = new FailurePanel(byId('compareView', HTMLElement), () => this.#useServiceClock())
  readonly #code: CodePanel = createCodePanel()

  constructor(host: Host) {
    this.#host = host
    this.#slots = { A: this.#makeSlot('A'), B: this.#makeSlot('B') }
    this.#cards = { A: this.#makeCard('A'), B: this.#makeCard('B') }
    drawDial(byId('dial', SVGSVGElement))
    byId('compare', HTMLButtonElement).addEventListener('click', () => void this.#compare())
    byId('cancel', HTMLButtonElement).addEventListener('click', () => this.#cancel())
    byId('showKey', HTMLInputElement).addEventListener('change', () => this.#renderCode())
    this.#offerTryPictures()
  }

  // What the reader gives.

  takeFiles(files: readonly File[], side = this.#freeSide()): void {
    const [first, second] = files
    void (async () => {
      if (first) await this.#slots[side].takeFile(first)
      if (second) await this.#slots[side === 'A' ? 'B' : 'A'].takeFile(second)
    })()
  }

  takeUrl(url: string): void {
    this.#slots[this.#freeSide()].set({ kind: 'url', url })
  }

  #makeSlot(side: Side): PictureSlot {
    return new PictureSlot({
      maxImageBytes: this.#host.maxImageBytes,
      cameraName: `camera-${side.toLowerCase()}`,
      texts: () => this.#host.surroundings().texts,
      onPicture: () => {
        this.#cancel()
        this.#change({ name: 'idle' })
      },
      onWrong: () => this.render(),
    })
  }

  #makeCard(side: Side): PictureCard {
    const slot = this.#slots[side]
    return new PictureCard(`card${side}`, side, {
      onFiles: (files) => this.takeFiles(files, side),
      onUrl: (url) => slot.set({ kind: 'url', url }),
      onCamera: () => void slot.photograph(),
      onRemove: () => slot.set(undefined),
    })
  }

  #freeSide(): Side {
    return this.#slots.A.picture && !this.#slots.B.picture ? 'B' : 'A'
  }

  #offerTryPictures(): void {
    byId('samples', HTMLElement).hidden = document.documentElement.dataset.samples === '0'
    const open = async (samePerson: boolean) => {
      const [a, b] = await openTryPictures(samePerson)
      await this.#slots.A.takeFile(a, true)
      await this.#slots.B.takeFile(b, true)
      if (isComplete(this.#host.surroundings().keys)) await this.#compare()
    }
    byId('samePerson', HTMLButtonElement).addEventListener('click', () => void open(true))
    byId('twoPeople', HTMLButtonElement).addEventListener('click', () => void open(false))
  }

  // The call.

  async #compare(): Promise<void> {
    const { keys, clockOffsetMs } = this.#host.surroundings()
    const { A, B } = { A: this.#slots.A.picture, B: this.#slots.B.picture }
    if (this.#phase.name === 'busy') return
    if (!A || !B || !isComplete(keys)) {
      this.#askFor(!A ? 'pictureA' : !B ? 'pictureB' : 'keys')
      return
    }
    const stop = new AbortController()
    const onStep = (step: Step) => {
      if (!stop.signal.aborted) this.#change({ name: 'busy', step, stop })
    }
    const outcome = await callService({ credential: keys, A, B, clockOffsetMs, onStep, signal: stop.signal })
    if (outcome) this.#change({ name: 'ended', outcome })
  }

  #cancel(): void {
    if (this.#phase.name !== 'busy') return
    this.#phase.stop.abort()
    this.#change({ name: 'idle' })
    byId('compare', HTMLButtonElement).focus()
  }

  #askFor(what: 'pictureA' | 'pictureB' | 'keys'): void {
    this.#change({ name: 'missing', what })
    if (what === 'keys') this.#host.askForKeys()
    else this.#cards[what === 'pictureA' ? 'A' : 'B'].focus()
  }

  #useServiceClock(): void {
    if (this.#phase.name !== 'ended') return
    this.#host.useClock(this.#phase.outcome.clockDifferenceMs ?? 0)
    void this.#compare()
  }

  #change(phase: Phase): void {
    this.#phase = phase
    this.render()
  }

  // What is shown.

  render(): void {
    const { texts } = this.#host.surroundings()
    const isBusy = this.#phase.name === 'busy'
    const failure = this.#failure(texts)
    const success = this.#success()
    for (const side of SIDES) {
      const { picture, wrong = failure?.side === side ? failure.onCard : undefined } = this.#slots[side]
      const shown = success && showCompared(side, success.faces[side], texts)
      this.#cards[side].render({ texts, picture, shown, isBusy, wrong })
    }
    this.#renderProgress(texts)
    this.#renderScore(success, texts)
    this.#failurePanel.render(failure, texts)
    this.#renderCode()
  }

  #success(): Success | undefined {
    const answer = this.#phase.name === 'ended' ? this.#phase.outcome.answer : undefined
    return answer instanceof FaceCompareApiError ? undefined : answer
  }

  #failure(texts: Texts): Failure | undefined {
    if (this.#phase.name === 'missing') return describeMissing(texts.missing[this.#phase.what])
    if (this.#phase.name !== 'ended' || this.#success()) return undefined
    return explainFailure(this.#phase.outcome, texts, this.#host.surroundings().clockOffsetMs)
  }

  #renderProgress(texts: Texts): void {
    const isBusy = this.#phase.name === 'busy'
    byId('compare', HTMLButtonElement).hidden = isBusy
    byId('cancel', HTMLButtonElement).hidden = !isBusy
    byId('progress', HTMLElement).hidden = !isBusy
    byId('compareView', HTMLElement).setAttribute('aria-busy', String(isBusy))
    if (this.#phase.name !== 'busy') return
    const { step } = this.#phase
    const bar = byId('progressBar', HTMLProgressElement)
    if (step.name === 'sending') bar.value = step.share
    else bar.removeAttribute('value')
    byId('progressText', HTMLElement).textContent = texts.steps[step.name]
    sayTo(byId('status', HTMLElement), texts.steps[step.name])
  }

  #renderScore(success: Success | undefined, texts: Texts): void {
    const score = success?.similarity
    const label = score === undefined ? texts.fixed.scale : fill(texts.dialLabel, { score })
    turnDial(byId('dial', SVGSVGElement), score, label)
    renderVerdict(score, texts)
    byId('details', HTMLElement).hidden = !success
    if (!success || this.#phase.name !== 'ended') return
    renderParts(success, texts)
    renderTimes(success, this.#phase.outcome.roundTripMs, texts)
    const { title, meaning } = judge(success.similarity, texts)
    const hints = SIDES.map((side) => describeHint(side, success.faces[side], texts))
    const said = fill(texts.scoreSaid, { score: success.similarity, title, meaning })
    sayTo(byId('status', HTMLElement), [said, ...hints].filter((sentence) => sentence !== '').join(' '))
  }

  #renderCode(): void {
    const { keys, texts } = this.#host.surroundings()
    const { appid, secretId, secretKey } = keys
    const shownKey = byId('showKey', HTMLInputElement).checked && secretKey !== '' ? { secretKey } : {}
    const call = {
      origin: location.origin,
      appid: appid || 'APPID',
      secretId: secretId || 'SECRETID',
      ...shownKey,
      A: toSampleSide(this.#slots.A.picture, 'a.jpg'),
      B: toSampleSide(this.#slots.B.picture, 'b.jpg'),
    }
    this.#code.render(call, texts)
  }
}

function toSampleSide(picture: Picture | undefined, otherwise: string): SampleSide {
  if (!picture) return { file: otherwise }
  return picture.kind === 'url' ? { url: picture.url } : { file: picture.file.name }
}
