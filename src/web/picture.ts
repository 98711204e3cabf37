/** What one side is compared by. */
export type Picture = FilePicture | UrlPicture

export interface FilePicture {
  readonly kind: 'file'
  readonly file: File
  /** Of the browser's memory, to show it. */
  readonly objectUrl: string
  /** Bytes before it was made smaller, when it was. */
  readonly originalBytes?: number
  /** Made in this page (camera, clipboard, made smaller): the reader has no file of that name. */
  readonly isNew: boolean
}

export interface UrlPicture {
  readonly kind: 'url'
  readonly url: string
}

/** Longest side of a picture that was made smaller: more than face comparison can use. */
const MAX_SIDE = 2560
const JPEG_QUALITY = 0.92

/** Formats that browsers may be able to show and the service does not read. */
const UNREAD = /^image\/hei[cf]/

/** A file as it is sent: as it is, or anew as a JPEG when it is over the service's limit or of a format that it does not read. */
export async function openFile(file: File, maxBytes: number, isNew = false): Promise<FilePicture> {
  if (file.size <= maxBytes && !UNREAD.test(file.type)) return toPicture(file, isNew)
  try {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const smaller = await drawJpeg(image, { ...wholeOf(image), maxSide: MAX_SIDE }, file.name.replace(/\.\w+$/, ''))
    return { ...toPicture(smaller, true), originalBytes: file.size }
  } catch {
    // The service says what is wrong with it.
    return toPicture(file, isNew)
  }
}

function toPicture(file: File, isNew: boolean): FilePicture {
  return { kind: 'file', file, objectUrl: URL.createObjectURL(file), isNew }
}

export interface Cut {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Longest side of what comes out, in pixels. */
  readonly maxSide: number
}

export function wholeOf({ width, height }: { readonly width: number; readonly height: number }): Omit<Cut, 'maxSide'> {
  return { left: 0, top: 0, width, height }
}

/** Part of a picture as a JPEG file of that name (without its ending). */
export async function drawJpeg(image: CanvasImageSource, cut: Cut, name: string): Promise<File> {
  const scale = Math.min(1, cut.maxSide / Math.max(cut.width, cut.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(cut.width * scale)
  canvas.height = Math.round(cut.height * scale)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser cannot draw.')
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, cut.left, cut.top, cut.width, cut.height, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY))
  if (!blob) throw new Error('This browser cannot make a JPEG.')
  return new File([blob], `${name}.jpg`, { type: 'image/jpeg' })
}

/** Frees what {@link openFile} holds. */
export function closePicture(picture: Picture | undefined): void {
  if (picture?.kind === 'file') URL.revokeObjectURL(picture.objectUrl)
}

/** The url as the service takes it, or undefined. */
export function readUrl(text: string): string | undefined {
  const trimmed = text.trim()
  return /^https?:\/\//i.test(trimmed) && URL.canParse(trimmed) ? trimmed : undefined
}

/** `1.3 MB`. */
export function describeBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
