/** One setting: what documents are made of, and how its text is read. */
export interface Setting<T> {
  /** The name of the environment variable. */
  readonly variable: string
  /** One line. */
  readonly description: string
  readonly example: string
  /** The default in words, or as it would be written. */
  readonly fallbackText: string
  readonly fallback: () => T
  /** Reads a text that is not empty; throws a {@link Refusal}. */
  readonly parse: (text: string) => T
}

export function define<T>(
  entry: Omit<Setting<T>, 'fallback' | 'fallbackText'> & {
    readonly fallback: T | (() => T)
    readonly fallbackText?: string
  },
): Setting<T> {
  const { fallback } = entry
  return Object.freeze({
    ...entry,
    fallbackText: entry.fallbackText ?? String(fallback),
    fallback: isFunction(fallback) ? fallback : () => fallback,
  })
}

function isFunction<T>(value: T | (() => T)): value is () => T {
  return typeof value === 'function'
}
