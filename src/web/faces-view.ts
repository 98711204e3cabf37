import type { FaceCompareClient } from '../client/client.js'
import { FaceCompareApiError } from '../client/errors.js'
import type { ImageSource } from '../client/image-source.js'
import { ask } from './ask.js'
import type { Outcome } from './call.js'
import { byId } from './element.js'
import { describeMissing, explainFailure, type Failure } from './failure.js'
import { FailurePanel } from './failure-panel.js'
import { describeFound, drawFound, type Found } from './found.js'
import { isComplete } from './keys.js'
import { focusOn, readTypedPerson, type TypedPerson } from './person-fields.js'
import { PictureCard } from './picture-card.js'
import { PictureSlot } from './picture-slot.js'
import { type Shown, showDetected, showSearched } from './shown.js'
import type { Texts } from './texts/texts.js'
import { type Host, sayTo, type View } from './view.js'

type Missing = 'picture' | 'personId' | 'groups' | 'keys'

/** How far the view is: nothing asked yet, under way, an answer, something missing. */
type Phase =
  | { readonly name: 'idle' }
  | { readonly name: 'busy'; readonly stop: AbortController }
  | { readonly name: 'ended'; readonly outcome: Outcome<Found>; readonly action: Action }
  | { readonly name: 'missing'; readonly what: Missing }

/** What a button does. */
interface Action {
  /** What it cannot do without, beside the keys. */
  readonly needs: readonly Exclude<Missing, 'keys'>[]
  readonly run: (client: FaceCompareClient, given: Given, signal: AbortSignal) => Promise<Found>
}

interface Given extends TypedPerson {
  readonly image: ImageSource
}

const ACTIONS: Readonly<Record<'find' | 'enrol' | 'search' | 'deletePerson', Action>> = {
  find: {
    needs: ['picture'],
    run: async (client, { image }, signal) => ({ kind: 'faces', detection: await client.detect(image, { signal }) }),
  },
  enrol: {
    needs: ['picture', 'personId', 'groups'],
    async run(client, { personId, groupIds, image }, signal) {
      const enrolled = await client.createPerson({ personId, groupIds, image }, { signal })
      return { kind: 'enrolled', personId, groupIds: enrolled.groupIds }
    },
  },
  search: {
    needs: ['picture', 'groups'],
    async run(client, { groupIds, image }, signal) {
      const { faces } = await client.identifyAll(groupIds, image, { signal })
      return { kind: 'searched', faces }
    },
  },
  deletePerson: {
    needs: ['personId'],
    async run(client, { personId }, signal) {
      await client.deletePerson(personId, { signal })
      return { kind: 'deleted', personId }
    },
  },
}

/** One picture: its faces, and who of those that are enrolled it shows. */
export class FacesView implements View {
  readonly #host: Host
  #phase: Phase = { name: 'idle' }
  readonly #slot: PictureSlot
  readonly #card: PictureCard
  readonly #failurePanel = new FailurePanel(byId('facesView', HTMLElement), () => this.#useServiceClock())
  /** What is drawn already. */
  #drawn: { readonly found: Found | undefined; readonly texts: Texts } | undefined

  constructor(host: Host) {
    this.#host = host
    this.#slot = new PictureSlot({
      maxImageBytes: host.maxImageBytes,
      cameraName: 'camera',
      texts: () => host.surroundings().texts,
      onPicture: () => {
        this.#cancel()
        this.#change({ name: 'idle' })
      },
      onWrong: () => this.render(),
    })
    this.#card = new PictureCard('picture', '', {
      onFiles: (files) => this.takeFiles(files),
      onUrl: (url) => this.takeUrl(url),
      onCamera: () => void this.#slot.photograph(),
      onRemove: () => this.#slot.set(undefined),
    })
    for (const [id, action] of Object.entries(ACTIONS)) {
      byId(id, HTMLButtonElement).addEventListener('click', () => void this.#act(action))
    }
    byId('facesCancel', HTMLButtonElement).addEventListener('click', () => this.#cancel())
    const keepsPersons = document.documentElement.dataset.persons !== '0'
    byId('personsOff', HTMLElement).hidden = keepsPersons
    byId('personsOn', HTMLElement).hidden = !keepsPersons
  }

  takeFiles([file]: readonly File[]): void {
    if (file) void this.#slot.takeFile(file)
  }

  takeUrl(url: string): void {
    this.#slot.set({ kind: 'url', url })
  }

  // The calls.

  async #act(action: Action): Promise<void> {
    if (this.#phase.name === 'busy') return
    const { picture } = this.#slot
    const typed = readTypedPerson()
    const missing = action.needs.find((need) => {
      if (need === 'picture') return !picture
      return need === 'personId' ? typed.personId === '' : typed.groupIds.length === 0
    })
    if (missing || !isComplete(this.#host.surroundings().keys)) {
      this.#askFor(missing ?? 'keys')
      return
    }
    const stop = new AbortController()
    this.#change({ name: 'busy', stop })
    const image = picture?.kind === 'file' ? picture.file : (picture?.url ?? '')
    const outcome = await ask(this.#host.surroundings(), stop.signal, (client, signal) => {
      return action.run(client, { ...typed, image }, signal)
    })
    if (outcome) this.#change({ name: 'ended', outcome, action })
  }

  #cancel(): void {
    if (this.#phase.name !== 'busy') return
    this.#phase.stop.abort()
    this.#change({ name: 'idle' })
    byId('find', HTMLButtonElement).focus()
  }

  #askFor(what: Missing): void {
    this.#change({ name: 'missing', what })
    if (what === 'keys') this.#host.askForKeys()
    else if (what === 'picture') this.#card.focus()
    else focusOn(what)
  }

  #useServiceClock(): void {
    if (this.#phase.name !== 'ended') return
    this.#host.useClock(this.#phase.outcome.clockDifferenceMs ?? 0)
    void this.#act(this.#phase.action)
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
    const found = this.#found()
    const shown = found && this.#show(found, texts)
    const { picture, wrong } = this.#slot
    this.#card.render({ texts, picture, shown, isBusy, wrong })
    byId('find', HTMLButtonElement).hidden = isBusy
    byId('facesCancel', HTMLButtonElement).hidden = !isBusy
    byId('facesProgress', HTMLElement).hidden = !isBusy
    byId('facesProgressText', HTMLElement).textContent = texts.asking
    byId('facesView', HTMLElement).setAttribute('aria-busy', String(isBusy))
    this.#failurePanel.render(failure, texts)
    this.#renderFound(found, texts)
  }

  #show(found: Found, texts: Texts): Shown | undefined {
    if (found.kind === 'faces') return showDetected(found.detection, texts)
    return found.kind === 'searched' ? showSearched(found.faces, texts, this.#card.image()) : undefined
  }

  #found(): Found | undefined {
    const answer = this.#phase.name === 'ended' ? this.#phase.outcome.answer : undefined
    return answer instanceof FaceCompareApiError ? undefined : answer
  }

  #failure(texts: Texts): Failure | undefined {
    if (this.#phase.name === 'missing') return describeMissing(texts.missing[this.#phase.what])
    if (this.#phase.name !== 'ended' || this.#found()) return undefined
    return explainFailure(this.#phase.outcome, texts, this.#host.surroundings().clockOffsetMs)
  }

  #renderFound(found: Found | undefined, texts: Texts): void {
    if (found === this.#drawn?.found && texts === this.#drawn?.texts) return
    this.#drawn = { found, texts }
    byId('found', HTMLElement).replaceChildren(...(found ? drawFound(found, texts, this.#card.image()) : []))
    if (found) sayTo(byId('facesStatus', HTMLElement), describeFound(found, texts))
  }
}
