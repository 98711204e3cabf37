import { FaceCompareError } from '../errors.js'

/** No text of a call may be as long as this: the rest of a longer one would be decoded for nothing. */
export const MAX_TEXT_BYTES = 64 * 1024

/** The fields that a call knows; every other one of its body is skipped. */
export interface FieldNames {
  /** Those that may come once. */
  readonly once: ReadonlySet<string>
  /** Those with any number of values: an array in JSON; elsewhere `name[0]`, `name[1]`, ..., or the name again and again. */
  readonly lists: ReadonlySet<string>
}

/** Which numbers JSON may have in the place of a text. */
export type Numbers = 'none' | 'whole' | 'any'

/**
 * The fields of a body that could be read, whatever it was written in. What one field holds is judged when it is asked
 * for, because the contract says which field is judged first.
 */
export interface Fields {
  readonly has: (name: string) => boolean
  /** Undefined when absent; may be cut after {@link MAX_TEXT_BYTES}. Throws INVALID_PARAMETER for what is no text. */
  readonly text: (name: string, numbers?: Numbers) => string | undefined
  /** Empty when absent; a single text is a list of one. Throws as {@link text}. */
  readonly texts: (name: string) => readonly string[]
  /** Undefined when absent. Rejects with INVALID_PARAMETER for what cannot be an image, IMAGE_FORMAT_UNSUPPORTED for bad Base64. */
  readonly image: (name: string) => Promise<Uint8Array | undefined>
  /** The images of a list, each read when it is called for; as {@link image}. */
  readonly images: (name: string) => readonly (() => Promise<Uint8Array>)[]
}

/** How the bytes of a field are read, as its body has them. */
export interface FieldReader {
  readonly text: (bytes: Buffer) => string
  readonly image: (bytes: Buffer) => Promise<Uint8Array>
}

interface Value {
  readonly index: number
  readonly bytes: Buffer
}

/** Gathers the fields of a body that consists of named pieces. */
export class NamedPieces {
  readonly #names: FieldNames
  readonly #values = new Map<string, Value[]>()

  constructor(names: FieldNames) {
    this.#names = names
  }

  /** Keeps a piece, unless nobody asks for its name. Throws BAD_REQUEST, which calls the body `what`, for one that was there before. */
  add(fullName: string, bytes: Buffer, what: string): void {
    const { name, index } = this.#resolve(fullName)
    if (name === undefined) return
    const values = this.#values.get(name) ?? []
    if (values.length > 0 && this.#names.once.has(name)) {
      throw new FaceCompareError('BAD_REQUEST', `The ${what} gives ${name} twice.`)
    }
    this.#values.set(name, [...values, { index: index ?? values.length, bytes }])
  }

  read({ text, image }: FieldReader): Fields {
    const first = (name: string) => this.#values.get(name)?.[0]?.bytes
    const all = (name: string) => (this.#values.get(name) ?? []).toSorted((p, q) => p.index - q.index)
    return {
      has: (name) => this.#values.has(name),
      text(name) {
        const bytes = first(name)
        return bytes && text(bytes)
      },
      texts: (name) => all(name).map(({ bytes }) => text(bytes)),
      async image(name) {
        const bytes = first(name)
        return bytes && image(bytes)
      },
      images: (name) =>
        all(name).map(
          ({ bytes }) =>
            () =>
              image(bytes),
        ),
    }
  }

  #resolve(fullName: string): { readonly name: string | undefined; readonly index?: number | undefined } {
    const { once, lists } = this.#names
    if (once.has(fullName) || lists.has(fullName)) return { name: fullName }
    const [, name = '', digits = ''] = /^([^[\]]*)\[(\d{0,6})\]$/.exec(fullName) ?? []
    return lists.has(name) ? { name, index: digits === '' ? undefined : Number(digits) } : { name: undefined }
  }
}
