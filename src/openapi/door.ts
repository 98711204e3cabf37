import type { JsonObject } from './json-object.js'

/** One call of a door: what its body holds, and what its answer. */
export interface DescribedCall {
  readonly request: JsonObject
  readonly answer: JsonObject
}

/** A header that a call needs, or may have. */
export interface DescribedHeader {
  readonly description: string
  readonly schema: JsonObject
  readonly isNeeded: boolean
}

/** An interface of another cloud, whose calls all go to `POST /` and are named by a header. */
export interface DescribedDoor {
  readonly title: string
  /** The names of its schemas begin with it. */
  readonly prefix: string
  readonly contentType: string
  /** The header that names the call, and what stands in it before the name. */
  readonly callHeader: { readonly name: string; readonly before: string }
  /** The others, beside `Authorization`. */
  readonly headers: Readonly<Record<string, DescribedHeader>>
  readonly security: { readonly name: string; readonly scheme: JsonObject }
  /** By their names. */
  readonly calls: Readonly<Record<string, DescribedCall>>
  /** What the calls share, by the name behind the prefix. */
  readonly schemas: Readonly<Record<string, JsonObject>>
  readonly failure: JsonObject
  /** The HTTP statuses of failures, with what each means. */
  readonly failureStatuses: Readonly<Record<string, string>>
  /** Headers of its answers alone. */
  readonly answerHeaders: Readonly<Record<string, JsonObject>>
  /** Of bodies and of a failure. */
  readonly examples: {
    readonly requests: Readonly<Record<string, object>>
    readonly failure: { readonly status: string; readonly value: object }
  }
}
