import type { ShownFace } from './answer.js'
import { hasCamera } from './camera.js'
import { byId, create, within } from './element.js'
import { describeHint } from './flaws.js'
import { drawOutline, viewFace } from './outline.js'
import { describeBytes, type Picture, readUrl } from './picture.js'
import { fill, type Texts } from './texts/texts.js'

export type Side = 'A' | 'B'

export interface CardEvents {
  readonly onFiles: (side: Side, files: readonly File[]) => void
  readonly onUrl: (side: Side, url: string) => void
  readonly onCamera: (side: Side) => void
  readonly onRemove: (side: Side) => void
}

/** What a card shows. */
export interface CardState {
  readonly texts: Texts
  readonly picture: Picture | undefined
  readonly face: ShownFace | undefined
  readonly isBusy: boolean
  /** A sentence about this picture alone. */
  readonly wrong: string | undefined
}

/** One of the two pictures: how it gets in, and what was found on it. */
export class PictureCard {
  readonly #root: HTMLElement
  readonly #side: Side
  #state: CardState | undefined
  #shownUrl: string | undefined
  #canShow = true
  #isClose = false

  constructor(side: Side, texts: Texts, events: CardEvents) {
    this.#side = side
    this.#root = byId(`card${side}`, HTMLElement)
    this.#root.dataset.side = side
    this.#root.append(byId('card', HTMLTemplateElement).content.cloneNode(true))
    const name = within(this.#root, '.side', HTMLElement)
    name.id = `name${side}`
    name.dataset.text = `picture${side}`
    name.textContent = texts.fixed[`picture${side}`]
    this.#listen(events)
  }

  render(state: CardState): void {
    const { texts, picture, face, isBusy, wrong } = state
    const isNewFace = face !== this.#state?.face
    this.#state = state
    this.#showPicture(picture)
    this.#toggle('.empty', picture === undefined)
    this.#toggle('.remove', picture !== undefined && !isBusy)
    this.#toggle('.scan', isBusy && picture !== undefined)
    this.#root.classList.toggle('failed', wrong !== undefined)
    this.#root.classList.toggle('filled', picture !== undefined)
    this.#write('.about', describePicture(picture, face, texts))
    this.#write('.note', describeNote(picture, face, this.#canShow, texts))
    this.#write('.hint', describeHint(this.#side, face, texts))
    this.#write('.wrong', wrong ?? '')
    this.#offerSaving(picture, texts)
    if (isNewFace) this.#showFace(face)
    this.#renderView()
  }

  /** Puts the focus where a picture can be given. */
  focus(): void {
    within(this.#root, '.choose', HTMLButtonElement).focus()
  }

  #listen({ onFiles, onUrl, onCamera, onRemove }: CardEvents): void {
    const side = this.#side
    const pick = within(this.#root, '.file', HTMLInputElement)
    const capture = within(this.#root, '.capture', HTMLInputElement)
    for (const input of [pick, capture]) {
      input.addEventListener('change', () => {
        onFiles(side, [...(input.files ?? [])])
        input.value = ''
      })
    }
    this.#on('.choose', () => pick.click())
    this.#on('.camera', () => (hasCamera() ? onCamera(side) : capture.click()))
    this.#on('.remove', () => {
      onRemove(side)
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
    onUrl(this.#side, url)
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
      if (files.length > 0) onFiles(this.#side, files)
      else if (url !== undefined) onUrl(this.#side, url)
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

  #showFace(face: ShownFace | undefined): void {
    const svg = within(this.#root, '.outline', SVGSVGElement)
    if (!face) {
      svg.replaceChildren()
      this.#isClose = false
      return
    }
    drawOutline(svg, face, this.#shownUrl === undefined || !this.#canShow)
    // A face that is small in its picture would hardly be seen.
    this.#isClose = viewFace(face).scale > 2
  }

  #renderView(): void {
    const { face, texts } = this.#state ?? {}
    const view = face ? viewFace(face) : undefined
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

function describePicture(picture: Picture | undefined, face: ShownFace | undefined, texts: Texts): string {
  if (!picture) return ''
  if (face) return face.faceCount === 1 ? texts.oneFace : fill(texts.someFaces, { count: face.faceCount })
  return picture.kind === 'url' ? picture.url : `${picture.file.name}, ${describeBytes(picture.file.size)}`
}

function describeNote(
  picture: Picture | undefined,
  face: ShownFace | undefined,
  canShow: boolean,
  texts: Texts,
): string {
  if (!picture) return ''
  if (face) {
    const { imageWidth: width, imageHeight: height, detectionScore: score, quality } = face
    const told = fill(texts.faceOf, { width, height, score: score.toFixed(2) })
    return quality === undefined ? told : told + fill(texts.qualityOf, { quality: Math.floor(quality) })
  }
  if (picture.kind === 'url') return texts.pictureFrom
  if (!canShow) return texts.notShown
  const { originalBytes, file } = picture
  if (originalBytes === undefined) return ''
  return fill(texts.shrunk, { before: describeBytes(originalBytes), after: describeBytes(file.size) })
}
