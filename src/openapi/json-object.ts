/**
 * A part of an OpenAPI document: JSON. The published types do not go with `exactOptionalPropertyTypes`, so that a validator
 * in the tests says whether the parts are well formed.
 */
export type JsonObject = Readonly<Record<string, unknown>>
