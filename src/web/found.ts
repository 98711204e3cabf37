import type { DetectedFace, Detection } from '../client/persons.js'
import { create } from './element.js'
import { describeSearched, drawSearched, type SearchedFace } from './searched.js'
import { fill, type Texts } from './texts/texts.js'

/** What a call came to. */
export type Found =
  | { readonly kind: 'faces'; readonly detection: Detection }
  | { readonly kind: 'searched'; readonly faces: readonly SearchedFace[] }
  | { readonly kind: 'enrolled'; readonly personId: string; readonly groupIds: readonly string[] }
  | { readonly kind: 'deleted'; readonly personId: string }

/** What was found, for a person to look at; `image` is the picture where the browser can show it. */
export function drawFound(found: Found, texts: Texts, image: HTMLImageElement | undefined): readonly HTMLElement[] {
  const lines = [create('p', 'what', describeFound(found, texts))]
  switch (found.kind) {
    case 'faces':
      return [...lines, create('ol', 'faces', ...found.detection.faces.map((face) => drawFace(face, texts)))]
    case 'searched':
      return [...lines, ...drawSearched(found.faces, texts, image)]
    default:
      return lines
  }
}

/** The same in one sentence. */
export function describeFound(found: Found, texts: Texts): string {
  switch (found.kind) {
    case 'faces': {
      const { length: count } = found.detection.faces
      return count === 1 ? texts.oneFace : fill(texts.facesFound, { count })
    }
    case 'searched':
      return describeSearched(found.faces, texts)
    case 'enrolled':
      return fill(texts.enrolled, { person: found.personId, groups: found.groupIds.join(', ') })
    case 'deleted':
      return fill(texts.deleted, { person: found.personId })
  }
}

function drawFace(face: DetectedFace, texts: Texts): HTMLElement {
  const told = tellAttributes(face, texts).map(([name, value]) => {
    return create('div', '', create('dt', '', name), create('dd', '', value))
  })
  return create('li', '', told.length === 0 ? texts.noAttributes : create('dl', 'told', ...told))
}

/** Name and value of what is known of a face. */
function tellAttributes(face: DetectedFace, texts: Texts): readonly (readonly [string, string])[] {
  const { age, expression, hasGlasses, pitchDegrees: pitch, yawDegrees: yaw, rollDegrees: roll } = face
  const { attributes } = texts
  const told: (readonly [string, string])[] = []
  if (age !== undefined) told.push([attributes.age, fill(attributes.years, { age })])
  if (expression !== undefined) told.push([attributes.expression, describeExpression(expression, texts)])
  if (hasGlasses !== undefined) told.push([attributes.glasses, hasGlasses ? attributes.worn : attributes.notWorn])
  if (pitch !== undefined && yaw !== undefined && roll !== undefined) {
    told.push([attributes.head, fill(attributes.angles, { pitch, yaw, roll })])
  }
  return told
}

/** The steps that the original service named: 0 none, 50 a smile, 100 laughing. */
function describeExpression(expression: number, { attributes }: Texts): string {
  const word = expression < 25 ? attributes.calm : expression < 75 ? attributes.smile : attributes.laugh
  return `${word} (${expression})`
}
