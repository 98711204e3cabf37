import { hasCamera } from './camera.js'
import { byId, create, within } from './element.js'
import { describeBytes, type Picture, readUrl } from './picture.js'
import type { Shown } from './shown.js'
import { fill, type Texts } from './texts/texts.js'

export interface CardEvents {
  readonly onFiles: (files: readonly File[]) => void
  readonly onUrl: (url: string) => void
  readonly onCamera: () => void
  readonly onRemove: () => void
}

/** What a card shows. */
export interface CardState {
  readonly texts: Texts
  readonly picture: Picture | undefined
  /** What is known of its faces. */
  readonly shown: Shown | undefined
  readonly isBusy: boolean
  /** A sentence about this picture alone. */
  readonly wrong: string | undefined
}

/** A picture: how it gets in, and what was found on it. */
export class PictureCard {
  readonly #root: HTMLElement
  #state: CardState | undefined
  #shownUrl: string | undefined
  #canShow = true
  #isClose = false

  /** @param side what the picture is called; empty where it is the only one */
  constructor(id: string, side: '' | 'A' | 'B', events: CardEvents) {
    this.#root = byId(id, HTMLElement)
    this.#root.dataset.side = side
    this.#root.append(byId('card', HTMLTemplateElement).content.cloneNode(true))
    const name = within(this.#root, '.side', HTMLElement)
    name.id = `name${side}`
    name.dataset.text = `picture${side}`
    this.#listen(events)
  }

  render(state: CardState): void {
    const { texts, picture, shown, isBusy, wrong } = state
    const isNew = shown?.source !== this.#state?.shown?.source
    this.#state = state
    this.#showPicture(picture)
    this.#toggle('.empty', picture === undefined)
    this.#toggle('.remove', picture !== undefined && !isBusy)
    this.#toggle('.scan', isBusy && picture !== undefined)
    this.#root.classList.toggle('failed', wrong !== undefined)
    this.#root.classList.toggle('filled', picture !== undefined)
    this.#write('.about', shown?.about ?? describePicture(picture))
    this.#write('.note', shown?.note ?? describeNote(picture, this.#canShow, texts))
    this.#write('.hint', shown?.hint ?? '')
    this.#write('.wrong', wrong ?? '')
    this.#offerSaving(picture, texts)
    if (isNew) this.#draw(shown)
    this.#renderView()
  }

  /** The picture, once the browser shows it; undefined for one that it cannot show. */
  image(): HTMLImageElement | undefined {
    const image = within(this.#root, 'img', HTMLImageElement)
    return !image.hidden && image.complete && image.naturalWidth > 0 ? image : undefined
  }

  /** Puts the focus where a picture can be given. */
  focus(): void {
    within(this.#root, '.choose', HTMLButtonElement).focus()
  }

  #listen({ onFiles, onUrl, onCamera, onRemove }: CardEvents): void {
    const pick = within(this.#root, '.file', HTMLInputElement)
    const capture = within(this.#root, '.capture', HTMLInputElement)
    for (const input of [pick, capture]) {
      input.addEventListener('change', () => {
        onFiles([...(input.files ?? [])])
        input.value = ''
      })
    }
    this.#on('.choose', () => pick.click())
    this.#on('.camera', () => (hasCamera() ? onCamera() : capture.click()))
    this.#on('.remove', () => {
      onRemove()
      this.focus()
    })
    this.#on('.zoom', () => {
      this.#isClose = !this.#isClose
      this.#renderView()
    })
    within(this.#root, '.address', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      this.#readAddress(onUrl)
    })
    this.#listenForDrops({ onFiles, onUrl })
    const image = within(this.#root, 'img', HTMLImageElement)
    image.addEventListener('error', () => this.#setCanShow(false))
    image.addEventListener('load', () => this.#setCanShow(true))
  }

  #readAddress(onUrl: CardEvents['onUrl']): void {
    const input = within(this.#root, '.address input', HTMLInputElement)
    const url = readUrl(input.value)
    if (url === undefined) {
      if (this.#state) this.#write('.wrong', this.#state.texts.badUrl)
      input.focus()
      return
    }
    input.value = ''
    onUrl(url)
    within(this.#root, '.remove', HTMLButtonElement).focus()
  }

  #listenForDrops({ onFiles, onUrl }: Pick<CardEvents, 'onFiles' | 'onUrl'>): void {
    const mark = (isOver: boolean) => this.#root.classList.toggle('over', isOver)
    this.#root.addEventListener('dragover', () => mark(true))
    this.#root.addEventListener('dragleave', () => mark(false))
    this.#root.addEventListener('drop', (event) => {
      mark(false)
      event.preventDefault()
      event.stopPropagation()
      const files = [...(event.dataTransfer?.files ?? [])]
      const url = readUrl(event.dataTransfer?.getData('text/plain') ?? '')
      if (files.length > 0) onFiles(files)
      else if (url !== undefined) onUrl(url)
    })
  }

  #showPicture(picture: Picture | undefined): void {
    const image = within(this.#root, 'img', HTMLImageElement)
    const url = picture?.kind === 'file' ? picture.objectUrl : undefined
    if (url !== this.#shownUrl) {
      this.#shownUrl = url
      this.#canShow = true
      if (url === undefined) image.removeAttribute('src')
      else image.src = url
    }
    image.hidden = url === undefined || !this.#canShow
    image.alt = picture?.kind === 'file' ? picture.file.name : ''
  }

  #setCanShow(canShow: boolean): void {
    if (canShow === this.#canShow || !this.#state) return
    this.#canShow = canShow
    this.render(this.#state)
  }

  #draw(shown: Shown | undefined): void {
    const svg = within(this.#root, '.outline', SVGSVGElement)
    svg.replaceChildren()
    shown?.draw(svg, this.#shownUrl === undefined || !this.#canShow)
    // A face that is small in its picture would hardly be seen.
    this.#isClose = (shown?.view?.scale ?? 1) > 2
  }

  #renderView(): void {
    const { shown, texts } = this.#state ?? {}
    const view = shown?.view
    const canZoom = view !== undefined && view.scale > 1.15
    this.#toggle('.zoom', canZoom)
    if (texts) this.#write('.zoom', this.#isClose ? texts.showPicture : texts.showFace)
    const { scale, x, y } = view && canZoom && this.#isClose ? view : { scale: 1, x: 0, y: 0 }
    const canvas = within(this.#root, '.canvas', HTMLElement)
    canvas.style.setProperty('--scale', String(scale))
    canvas.style.setProperty('--x', `${x * 100}%`)
    canvas.style.setProperty('--y', `${y * 100}%`)
  }

  #offerSaving(picture: Picture | undefined, texts: Texts): void {
    const place = within(this.#root, '.save', HTMLElement)
    place.replaceChildren()
    if (picture?.kind !== 'file' || !picture.isNew) return
    const link = create('a', '', fill(texts.savePicture, { file: picture.file.name }))
    link.href = picture.objectUrl
    link.download = picture.file.name
    place.append(link)
  }

  #on(selector: string, act: () => void): void {
    within(this.#root, selector, HTMLElement).addEventListener('click', act)
  }

  #toggle(selector: string, isShown: boolean): void {
    within(this.#root, selector, HTMLElement).hidden = !isShown
  }

  #write(selector: string, text: string): void {
    within(this.#root, selector, HTMLElement).textContent = text
  }
}

function describePicture(picture: Picture | undefined): string {
  if (!picture) return ''
  return picture.kind === 'url' ? picture.url : `${picture.file.name}, ${describeBytes(picture.file.size)}`
}

function describeNote(picture: Picture | undefined, canShow: boolean, texts: Texts): string {
  if (!picture) return ''
  if (picture.kind === 'url') return texts.pictureFrom
  if (!canShow) return texts.notShown
  const { originalBytes, file } = picture
  if (originalBytes === undefined) return ''
  return fill(texts.shrunk, { before: describeBytes(originalBytes), after: describeBytes(file.size) })
}
