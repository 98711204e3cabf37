import { byId } from './element.js'

/** Who is meant, as it was typed. */
export interface TypedPerson {
  readonly personId: string
  readonly groupIds: readonly string[]
}

export function readTypedPerson(): TypedPerson {
  const groupIds = field('groups')
    .value.split(/[\s,，、;；]+/)
    .filter((id) => id !== '')
  return { personId: field('personId').value.trim(), groupIds }
}

export function focusOn(name: 'personId' | 'groups'): void {
  field(name).focus()
}

function field(name: 'personId' | 'groups'): HTMLInputElement {
  return byId(name, HTMLInputElement)
}
