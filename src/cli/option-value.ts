import { InvalidArgumentError } from 'commander'
import { Refusal } from '../config/values.js'

/** Makes the parser of a setting that of an option. */
export function optionValue<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      throw error instanceof Refusal ? new InvalidArgumentError(`Expected ${error.message}.`) : error
    }
  }
}
