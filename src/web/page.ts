import { FaceCompareApiError } from '../client/errors.js'
import type { Credential } from '../client/signature.js'
import type { ShownFace, Success } from './answer.js'
import { callService, type Outcome, type Step } from './call.js'
import { takePicture } from './camera.js'
import { type CodePanel, createCodePanel } from './code-panel.js'
import { drawDial, turnDial } from './dial.js'
import { byId } from './element.js'
import { explainFailure, type Failure } from './failure.js'
import { FailurePanel } from './failure-panel.js'
import { describeHint } from './flaws.js'
import { listenForFiles } from './incoming.js'
import { isComplete, takeKeysFromLink } from './keys.js'
import { KeysPanel } from './keys-panel.js'
import { applyTexts, chooseTexts, switchTexts } from './language.js'
import { closePicture, openFile, type Picture } from './picture.js'
import { PictureCard, type Side } from './picture-card.js'
import { judge, renderParts, renderTimes, renderVerdict } from './result.js'
import type { SampleSide } from './samples/samples.js'
import { fill, type Texts } from './texts/texts.js'
import { addThemeSwitch } from './theme.js'
import { openTryPictures } from './try-pictures.js'

type Sides<T> = Readonly<Record<Side, T>>

/** How far the page is: nothing asked yet, under way, an answer, something missing. */
type Phase =
  | { readonly name: 'idle' }
  | { readonly name: 'busy'; readonly step: Step; readonly stop: AbortController }
  | { readonly name: 'ended'; readonly outcome: Outcome }
  | { readonly name: 'missing'; readonly what: keyof Texts['missing'] }

interface State {
  readonly texts: Texts
  readonly pictures: Sides<Picture | undefined>
  /** What was wrong with a picture before it was sent. */
  readonly wrong: Sides<string | undefined>
  readonly keys: Credential
  readonly phase: Phase
  /** How far the service's clock, by which is signed, is ahead of this device's. */
  readonly clockOffsetMs: number
}

const NEITHER = { A: undefined, B: undefined }

/** The page: what it knows, and how that is shown. Nothing of it outlives the tab. */
export class Page {
  #state: State
  readonly #cards: Sides<PictureCard>
  readonly #keysPanel: KeysPanel
  readonly #failurePanel = new FailurePanel(() => this.#useServiceClock())
  readonly #code: CodePanel = createCodePanel()
  /** Counts the changes of each picture. */
  readonly #turns = { A: 0, B: 0 }
  readonly #maxImageBytes = Number(document.documentElement.dataset.maxImageBytes) || Number.POSITIVE_INFINITY

  constructor() {
    const linked = takeKeysFromLink()
    const texts = chooseTexts(location.search, navigator.languages)
    const keys = linked ?? { appid: '', secretId: '', secretKey: '' }
    this.#state = { texts, pictures: NEITHER, wrong: NEITHER, keys, phase: { name: 'idle' }, clockOffsetMs: 0 }
    const events = {
      onFiles: (side: Side, files: readonly File[]) => void this.#takeFiles(side, files),
      onUrl: (side: Side, url: string) => this.#setPicture(side, { kind: 'url', url }),
      onCamera: (side: Side) => void this.#photograph(side),
      onRemove: (side: Side) => this.#setPicture(side, undefined),
    }
    this.#cards = { A: new PictureCard('A', texts, events), B: new PictureCard('B', texts, events) }
    this.#keysPanel = new KeysPanel(keys, linked !== undefined, (typed) => this.#change({ keys: typed }))
  }

  start(): void {
    drawDial(byId('dial', SVGSVGElement))
    addThemeSwitch(byId('theme', HTMLButtonElement))
    byId('language', HTMLButtonElement).addEventListener('click', () => {
      this.#change({ texts: switchTexts(this.#state.texts) })
    })
    byId('compare', HTMLButtonElement).addEventListener('click', () => void this.#compare())
    byId('cancel', HTMLButtonElement).addEventListener('click', () => this.#cancel())
    byId('showKey', HTMLInputElement).addEventListener('change', () => this.#renderCode())
    listenForFiles({
      onFiles: (files) => void this.#takeFiles(this.#freeSide(), files),
      onUrl: (url) => this.#setPicture(this.#freeSide(), { kind: 'url', url }),
    })
    // A link with keys may be opened in a page that is there already.
    addEventListener('hashchange', () => {
      const linked = takeKeysFromLink()
      if (linked) this.#keysPanel.fill(linked)
    })
    this.#offerTryPictures()
    this.#change({})
    applyTexts(this.#state.texts)
  }

  #change(change: Partial<State>): void {
    const { texts } = this.#state
    this.#state = { ...this.#state, ...change }
    if (this.#state.texts !== texts) applyTexts(this.#state.texts)
    this.#render()
  }

  // What the reader gives.

  async #takeFiles(side: Side, files: readonly File[]): Promise<void> {
    const [first, second] = files
    if (first) await this.#takeFile(side, first)
    if (second) await this.#takeFile(side === 'A' ? 'B' : 'A', second)
  }

  async #takeFile(side: Side, file: File, isNew = false): Promise<void> {
    // Unknown types may be pictures still: the service looks at the bytes.
    if (file.type !== '' && !file.type.startsWith('image/')) {
      this.#change({ wrong: { ...this.#state.wrong, [side]: this.#state.texts.noPicture } })
      return
    }
    const turn = ++this.#turns[side]
    const picture = await openFile(file, this.#maxImageBytes, isNew)
    // Another picture was chosen, or this one removed, while it was opened.
    if (turn === this.#turns[side]) this.#setPicture(side, picture)
    else closePicture(picture)
  }

  async #photograph(side: Side): Promise<void> {
    try {
      const file = await takePicture(`camera-${side.toLowerCase()}`)
      if (file) await this.#takeFile(side, file, true)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#change({ wrong: { ...this.#state.wrong, [side]: fill(this.#state.texts.cameraDenied, { reason }) } })
    }
  }

  #setPicture(side: Side, picture: Picture | undefined): void {
    this.#turns[side]++
    this.#cancel()
    const { pictures, wrong } = this.#state
    closePicture(pictures[side])
    const phase = { name: 'idle' } as const
    this.#change({ pictures: { ...pictures, [side]: picture }, wrong: { ...wrong, [side]: undefined }, phase })
  }

  #freeSide(): Side {
    return this.#state.pictures.A && !this.#state.pictures.B ? 'B' : 'A'
  }

  #offerTryPictures(): void {
    byId('samples', HTMLElement).hidden = document.documentElement.dataset.samples === '0'
    const open = async (samePerson: boolean) => {
      const [a, b] = await openTryPictures(samePerson)
      await this.#takeFile('A', a, true)
      await this.#takeFile('B', b, true)
      if (isComplete(this.#state.keys)) await this.#compare()
    }
    byId('samePerson', HTMLButtonElement).addEventListener('click', () => void open(true))
    byId('twoPeople', HTMLButtonElement).addEventListener('click', () => void open(false))
  }

  // The call.

  async #compare(): Promise<void> {
    const { pictures, keys, phase, clockOffsetMs } = this.#state
    const { A, B } = pictures
    if (phase.name === 'busy') return
    if (!A || !B || !isComplete(keys)) {
      this.#askFor(!A ? 'pictureA' : !B ? 'pictureB' : 'keys')
      return
    }
    const stop = new AbortController()
    const onStep = (step: Step) => {
      if (!stop.signal.aborted) this.#change({ phase: { name: 'busy', step, stop } })
    }
    const outcome = await callService({ credential: keys, A, B, clockOffsetMs, onStep, signal: stop.signal })
    if (outcome) this.#change({ phase: { name: 'ended', outcome } })
  }

  #cancel(): void {
    const { phase } = this.#state
    if (phase.name !== 'busy') return
    phase.stop.abort()
    this.#change({ phase: { name: 'idle' } })
    byId('compare', HTMLButtonElement).focus()
  }

  #askFor(what: keyof Texts['missing']): void {
    this.#change({ phase: { name: 'missing', what } })
    if (what === 'keys') this.#keysPanel.open()
    else this.#cards[what === 'pictureA' ? 'A' : 'B'].focus()
  }

  #useServiceClock(): void {
    const { phase } = this.#state
    if (phase.name !== 'ended') return
    this.#change({ clockOffsetMs: phase.outcome.clockDifferenceMs ?? 0 })
    void this.#compare()
  }

  // What is shown.

  #render(): void {
    const { texts, phase, pictures, wrong, keys } = this.#state
    const failure = this.#failure()
    const success = this.#success()
    for (const side of ['A', 'B'] as const) {
      const face: ShownFace | undefined = success?.faces[side]
      const why = wrong[side] ?? (failure?.side === side ? failure.onCard : undefined)
      this.#cards[side].render({ texts, picture: pictures[side], face, isBusy: phase.name === 'busy', wrong: why })
    }
    this.#renderProgress()
    this.#renderScore(success)
    this.#failurePanel.render(failure, texts)
    this.#keysPanel.render(keys, texts)
    this.#renderCode()
  }

  #success(): Success | undefined {
    const { phase } = this.#state
    const answer = phase.name === 'ended' ? phase.outcome.answer : undefined
    return answer instanceof FaceCompareApiError ? undefined : answer
  }

  #failure(): Failure | undefined {
    const { phase, texts } = this.#state
    if (phase.name === 'ended' && !this.#success())
      return explainFailure(phase.outcome, texts, this.#state.clockOffsetMs)
    if (phase.name !== 'missing') return undefined
    const nothing = { advice: undefined, details: [], side: undefined, retryAtMs: undefined, isClockOff: false }
    const what = texts.missing[phase.what]
    return { ...nothing, what, onCard: what }
  }

  #renderProgress(): void {
    const { phase, texts } = this.#state
    const isBusy = phase.name === 'busy'
    byId('compare', HTMLButtonElement).hidden = isBusy
    byId('cancel', HTMLButtonElement).hidden = !isBusy
    byId('progress', HTMLElement).hidden = !isBusy
    document.body.setAttribute('aria-busy', String(isBusy))
    if (!isBusy) return
    const { step } = phase
    const bar = byId('progressBar', HTMLProgressElement)
    if (step.name === 'sending') bar.value = step.share
    else bar.removeAttribute('value')
    byId('progressText', HTMLElement).textContent = texts.steps[step.name]
    this.#say(texts.steps[step.name])
  }

  #renderScore(success: Success | undefined): void {
    const { texts, phase } = this.#state
    const score = success?.similarity
    turnDial(
      byId('dial', SVGSVGElement),
      score,
      score === undefined ? texts.fixed.scale : fill(texts.dialLabel, { score }),
    )
    renderVerdict(score, texts)
    byId('details', HTMLElement).hidden = !success
    if (!success || phase.name !== 'ended') return
    renderParts(success, texts)
    renderTimes(success, phase.outcome.roundTripMs, texts)
    const { title, meaning } = judge(success.similarity, texts)
    const hints = (['A', 'B'] as const).map((side) => describeHint(side, success.faces[side], texts))
    const said = fill(texts.scoreSaid, { score: success.similarity, title, meaning })
    this.#say([said, ...hints].filter((sentence) => sentence !== '').join(' '))
  }

  /** For those who hear the page; what is said already is not said again. */
  #say(sentence: string): void {
    const status = byId('status', HTMLElement)
    if (status.textContent !== sentence) status.textContent = sentence
  }

  #renderCode(): void {
    const { keys, pictures, texts } = this.#state
    const { appid, secretId, secretKey } = keys
    const shownKey = byId('showKey', HTMLInputElement).checked && secretKey !== '' ? { secretKey } : {}
    const call = {
      origin: location.origin,
      appid: appid || 'APPID',
      secretId: secretId || 'SECRETID',
      ...shownKey,
      A: toSampleSide(pictures.A, 'a.jpg'),
      B: toSampleSide(pictures.B, 'b.jpg'),
    }
    this.#code.render(call, texts)
  }
}

function toSampleSide(picture: Picture | undefined, otherwise: string): SampleSide {
  if (!picture) return { file: otherwise }
  return picture.kind === 'url' ? { url: picture.url } : { file: picture.file.name }
}
