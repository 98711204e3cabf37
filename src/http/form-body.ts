import { FaceCompareError } from '../errors.js'
import type { FieldName } from '../openapi/call.js'
import { decodeBase64Image } from './base64-image.js'
import { type Fields, isFieldName } from './fields.js'

const MAX_PAIRS = 1000

/**
 * Reads application/x-www-form-urlencoded; images are Base64, whose `+` may have become a space on the way.
 * Throws BAD_REQUEST for a known field that is given twice.
 */
export function parseForm(body: Buffer): Fields {
  const text = body.toString('utf8')
  if (text.split('&', MAX_PAIRS + 1).length > MAX_PAIRS) {
    throw new FaceCompareError('BAD_REQUEST', `The form in the body has more than ${MAX_PAIRS} fields.`)
  }
  const values = new Map<FieldName, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (!isFieldName(name)) continue
    if (values.has(name)) throw new FaceCompareError('BAD_REQUEST', `The form in the body gives ${name} twice.`)
    values.set(name, value)
  }
  return {
    has: (name) => values.has(name),
    text: (name) => values.get(name),
    image(name) {
      const text = values.get(name)
      return text === undefined ? undefined : decodeBase64Image(text)
    },
  }
}
