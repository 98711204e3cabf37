import { FaceCompareError } from '../../errors.js'
import type { Fields } from '../../http/fields.js'
import { sniffFormat } from '../../image/format.js'
import type { PictureSource } from './family-pictures.js'
import { bytesSource, urlSource } from './pictures.js'

/** Clients of the original send one picture, and a mini-program a text of the same name beside it. */
const MOST_OF_ONE_NAME = 2

/** An id or a text that a call needs. Throws INVALID_PARAMETER for what is no text; what it may be is judged later. */
export function readId(fields: Fields, name: string): string {
  return fields.text(name, 'whole') ?? ''
}

/** A name or a remark; undefined when absent. The original's Java client sends the text `null` for what it was not given. */
export function readRemark(fields: Fields, name: string): string | undefined {
  const text = fields.text(name, 'whole')
  return text === 'null' ? undefined : text
}

/** The groups of a search: `group_id` or `group_ids`. */
export function readGroups(fields: Fields): readonly string[] {
  const one = readId(fields, 'group_id')
  return one === '' ? fields.texts('group_ids') : [one]
}

/** 0 for all faces, 1 for the largest; 0 when absent. */
export function readMode(fields: Fields): 'all' | 'largest' {
  const mode = fields.text('mode', 'whole') ?? ''
  if (mode === '1') return 'largest'
  if (mode === '' || mode === '0') return 'all'
  throw new FaceCompareError('INVALID_PARAMETER', 'Expected mode to be 0 or 1.')
}

/** The picture of a call with one. With an image and a url the url alone is used. */
export function readPicture(fields: Fields, maxImageBytes: number): PictureSource {
  return async () => {
    const url = fields.text('url') ?? ''
    return url === '' ? bytesSource(await readImage(fields), '', maxImageBytes) : urlSource(url)
  }
}

/** Of two pieces named `image` the one that is an image; the first one where none is. Rejects with BAD_REQUEST for more. */
async function readImage(fields: Fields): Promise<Uint8Array | undefined> {
  const images = fields.images('image')
  if (images.length > MOST_OF_ONE_NAME) throw new FaceCompareError('BAD_REQUEST', 'The body gives image too often.')
  if (images.length > 1) {
    for (const read of images) {
      const bytes = await readOrNothing(read)
      if (sniffFormat(bytes)) return bytes
    }
  }
  return images[0]?.()
}

/** What is a path on a telephone may look like bad Base64, and is then none of the caller's faults. */
async function readOrNothing(image: () => Promise<Uint8Array>): Promise<Uint8Array> {
  return image().catch(() => new Uint8Array())
}

/** The pictures of a call with several, each to be read when its turn comes. With images and urls the urls alone are used; empty ones are none. */
export function readPictures(fields: Fields, maxImageBytes: number): readonly PictureSource[] {
  const urls = fields.texts('urls')
  if (urls.some((url) => url !== '')) {
    return urls.map((url) => async () => (url === '' ? bytesSource(undefined, '', maxImageBytes) : urlSource(url)))
  }
  return fields.images('images').map((read) => async () => bytesSource(await read(), '', maxImageBytes))
}
