import { isObject, type JsonObject, memberOf } from '../json-object.js'
import { RekognitionError } from './errors.js'

interface TextRule {
  readonly max: number
  /** As the vendor's model has it, without anchors. */
  readonly pattern?: string
}

interface NumberRule {
  readonly min: number
  readonly max: number
  readonly isWhole?: boolean
}

/**
 * Reads the members of a JSON object as the original's own model of its calls does. Throws SerializationException for a member of
 * another type, ValidationException for one that breaks a rule; both name it as the original does, `image.s3Object.bucket`.
 */
export interface Members {
  readonly has: (name: string) => boolean
  readonly text: (name: string, rule: TextRule) => string | undefined
  readonly texts: (name: string, rule: TextRule & { readonly maxTexts: number }) => readonly string[] | undefined
  readonly number: (name: string, rule: NumberRule) => number | undefined
  readonly choice: <T extends string>(name: string, values: readonly T[]) => T | undefined
  readonly members: (name: string) => Members | undefined
  /** The value, where there is one. Throws ValidationException where there is none. */
  readonly required: <T>(name: string, value: T | undefined) => T
}

export function membersOf(object: JsonObject, prefix = ''): Members {
  const pathOf = (name: string) => `${prefix}${name.charAt(0).toLowerCase()}${name.slice(1)}`
  const text = (value: unknown, path: string, rule: TextRule): string => {
    if (typeof value !== 'string') throw wrongType(path, 'a String')
    return checkText(value, path, rule)
  }
  return {
    has: (name) => memberOf(object, name) !== undefined,
    text(name, rule) {
      const value = memberOf(object, name)
      return value === undefined ? undefined : text(value, pathOf(name), rule)
    },
    texts(name, rule) {
      const value = memberOf(object, name)
      if (value === undefined) return undefined
      if (!Array.isArray(value)) throw wrongType(pathOf(name), 'a List')
      if (value.length < 1) throw invalid(pathOf(name), 'have length greater than or equal to 1')
      if (value.length > rule.maxTexts)
        throw invalid(pathOf(name), `have length less than or equal to ${rule.maxTexts}`)
      return value.map((item: unknown, i) => text(item, `${pathOf(name)}.${i + 1}.member`, rule))
    },
    number(name, rule) {
      const value = memberOf(object, name)
      if (value === undefined) return undefined
      if (typeof value !== 'number') throw wrongType(pathOf(name), 'a Number')
      return checkNumber(value, pathOf(name), rule)
    },
    choice(name, values) {
      const value = memberOf(object, name)
      if (value === undefined) return undefined
      const found = values.find((known) => known === value)
      if (found === undefined) throw invalid(pathOf(name), `satisfy enum value set: [${values.join(', ')}]`)
      return found
    },
    members(name) {
      const value = memberOf(object, name)
      if (value === undefined) return undefined
      if (!isObject(value)) throw wrongType(pathOf(name), 'a Structure')
      return membersOf(value, `${pathOf(name)}.`)
    },
    required(name, value) {
      if (value === undefined) throw invalid(pathOf(name), 'not be null')
      return value
    },
  }
}

function checkText(value: string, path: string, { max, pattern }: TextRule): string {
  if (value.length < 1) throw invalid(path, 'have length greater than or equal to 1')
  if (value.length > max) throw invalid(path, `have length less than or equal to ${max}`)
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
    throw invalid(path, `satisfy regular expression pattern: ${pattern}`)
  }
  return value
}

function checkNumber(value: number, path: string, { min, max, isWhole = false }: NumberRule): number {
  if (isWhole && !Number.isInteger(value)) throw wrongType(path, 'an Integer')
  if (value < min) throw invalid(path, `have value greater than or equal to ${min}`)
  if (value > max) throw invalid(path, `have value less than or equal to ${max}`)
  return value
}

/** What was sent is not repeated: it may be somebody's name. */
function invalid(path: string, must: string): RekognitionError {
  return new RekognitionError(
    'INVALID_PARAMETER',
    'ValidationException',
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must ${must}`,
  )
}

function wrongType(path: string, expected: string): RekognitionError {
  return new RekognitionError('BAD_REQUEST', 'SerializationException', `Expected ${expected} at '${path}'`)
}
