import { CALL_FIELDS, type FieldName } from '../openapi/call.js'

export const IMAGE_FIELDS = ['imageA', 'imageB'] as const satisfies readonly FieldName[]
export const URL_FIELDS = ['urlA', 'urlB'] as const satisfies readonly FieldName[]

export type ImageField = (typeof IMAGE_FIELDS)[number]
export type TextField = Exclude<FieldName, ImageField>

/** No text of a call may be as long as this: the rest of a longer one would be decoded for nothing. */
export const MAX_TEXT_BYTES = 64 * 1024

/**
 * The fields of a body that could be read, whatever it was written in. What one field holds is judged when it is asked
 * for, because the contract says which field is judged first.
 */
export interface Fields {
  readonly has: (name: FieldName) => boolean
  /** Undefined when absent; may be cut after {@link MAX_TEXT_BYTES}. Throws INVALID_PARAMETER for what is no text. */
  readonly text: (name: TextField) => string | undefined
  /** Undefined when absent. Rejects with INVALID_PARAMETER for what cannot be an image, IMAGE_FORMAT_UNSUPPORTED for bad Base64. */
  readonly image: (name: ImageField) => Promise<Uint8Array | undefined>
}

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(CALL_FIELDS, name)
}
