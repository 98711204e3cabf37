/** The fields of a call; every other field is skipped. */
export const IMAGE_FIELDS = ['imageA', 'imageB'] as const
export const URL_FIELDS = ['urlA', 'urlB'] as const
export const TEXT_FIELDS = ['appid', 'bucket', 'return_faces', ...URL_FIELDS] as const

export type ImageField = (typeof IMAGE_FIELDS)[number]
export type TextField = (typeof TEXT_FIELDS)[number]
export type FieldName = ImageField | TextField

/**
 * The fields of a body that could be read, whatever it was written in. What one field holds is judged when it is asked
 * for, because the contract says which field is judged first.
 */
export interface Fields {
  readonly has: (name: FieldName) => boolean
  /** Undefined when absent. Throws INVALID_PARAMETER for what is no text. */
  readonly text: (name: TextField) => string | undefined
  /** Undefined when absent. Throws INVALID_PARAMETER for what cannot be an image, IMAGE_FORMAT_UNSUPPORTED for bad Base64. */
  readonly image: (name: ImageField) => Uint8Array | undefined
}

export function isFieldName(name: string): name is FieldName {
  return [...IMAGE_FIELDS, ...TEXT_FIELDS].some((field) => field === name)
}
