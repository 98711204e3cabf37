/** A comparison that a code sample makes. */
export interface SampleCall {
  /** Where the service is: `http://127.0.0.1:8080`, without a path. */
  readonly origin: string
  readonly appid: string
  readonly secretId: string
  /** Written into the sample when given; otherwise the sample reads it from the environment. */
  readonly secretKey?: string
  readonly A: SampleSide
  readonly B: SampleSide
}

/** A file of the folder in which the sample runs, or a picture that the service fetches. */
export type SampleSide = { readonly file: string } | { readonly url: string }

/** The environment variable that the samples take the SecretKey from. */
export const SECRET_KEY_VARIABLE = 'FACECOMPARE_SECRET_KEY'

export const SIDES = ['A', 'B'] as const

export function endpointOf({ origin }: SampleCall): string {
  return `${origin}/face/compare`
}

/** A string literal of JSON; Python, Java and TypeScript read it as the same text. */
export function quoteDouble(text: string): string {
  return JSON.stringify(text)
}

/** A string literal of PHP, in which nothing is replaced. */
export function quotePhp(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** One word of a POSIX shell. */
export function quoteShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
