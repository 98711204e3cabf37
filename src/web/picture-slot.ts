import { takePicture } from './camera.js'
import { closePicture, openFile, type Picture } from './picture.js'
import { fill, type Texts } from './texts/texts.js'

interface SlotOptions {
  readonly maxImageBytes: number
  /** Of files of the camera, without an ending. */
  readonly cameraName: string
  readonly texts: () => Texts
  /** Another picture is there, or none any more. */
  readonly onPicture: () => void
  /** The picture that was given is none; {@link PictureSlot.wrong} says why. */
  readonly onWrong: () => void
}

/** The place of one picture: what is given last stays, however long it took to be opened. */
export class PictureSlot {
  readonly #options: SlotOptions
  #picture: Picture | undefined
  #wrong: string | undefined
  /** Counts the changes. */
  #turn = 0

  constructor(options: SlotOptions) {
    this.#options = options
  }

  get picture(): Picture | undefined {
    return this.#picture
  }

  /** What was wrong with a picture before it was sent. */
  get wrong(): string | undefined {
    return this.#wrong
  }

  set(picture: Picture | undefined): void {
    this.#turn++
    closePicture(this.#picture)
    this.#picture = picture
    this.#wrong = undefined
    this.#options.onPicture()
  }

  async takeFile(file: File, isNew = false): Promise<void> {
    // Unknown types may be pictures still: the service looks at the bytes.
    if (file.type !== '' && !file.type.startsWith('image/')) {
      this.#refuse(this.#options.texts().noPicture)
      return
    }
    const turn = ++this.#turn
    const picture = await openFile(file, this.#options.maxImageBytes, isNew)
    // Another picture was chosen, or this one removed, while it was opened.
    if (turn === this.#turn) this.set(picture)
    else closePicture(picture)
  }

  async photograph(): Promise<void> {
    try {
      const file = await takePicture(this.#options.cameraName)
      if (file) await this.takeFile(file, true)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#refuse(fill(this.#options.texts().cameraDenied, { reason }))
    }
  }

  #refuse(wrong: string): void {
    this.#wrong = wrong
    this.#options.onWrong()
  }
}
