import type { Candidate, Identifications } from '../client/persons.js'
import { create } from './element.js'
import { makeBar } from './result.js'
import { fill, type Texts } from './texts/texts.js'

/** A face that persons were looked for. */
export type SearchedFace = Identifications['faces'][number]

/** From here on the page says that it is the person, as the original service advised. */
const SURE_CONFIDENCE = 90
/** More faces than anybody looks through. */
const MOST_FACES = 10
/** Of the cut-out face, in pixels; it is shown half as wide. */
const CUT_SIDE = 144
/** Side of what is cut out, in sides of the box. */
const CUT_SHARE = 1.4

/** Those that are shown: the largest, falling. */
export function pickLargest(faces: readonly SearchedFace[]): readonly SearchedFace[] {
  const area = ({ box }: SearchedFace) => box.width * box.height
  return faces.toSorted((a, b) => area(b) - area(a)).slice(0, MOST_FACES)
}

/** Who is in the picture, in one sentence. */
export function describeSearched(faces: readonly SearchedFace[], texts: Texts): string {
  const [only] = faces
  if (faces.length === 1) return describeBest(only?.candidates[0], texts)
  const best = faces.flatMap(({ candidates: [first] }) => (first && isSure(first) ? [first.personId] : []))
  const people = [...new Set(best)].join(', ')
  return fill(people === '' ? texts.nobodyInPicture : texts.peopleInPicture, { count: faces.length, people })
}

/** Each face with those who are most like it; cut out of the picture, where the browser can show that. */
export function drawSearched(
  faces: readonly SearchedFace[],
  texts: Texts,
  image: HTMLImageElement | undefined,
): readonly HTMLElement[] {
  const shown = pickLargest(faces)
  const items = shown.map((face, i) => {
    const title = faces.length === 1 ? [] : [create('h3', '', fill(texts.faceNumber, { number: i + 1 }))]
    const told = create('div', 'told-of', ...title, drawCandidates(face.candidates, texts))
    return create('li', '', ...(image ? [cutFace(image, face)] : []), told)
  })
  const left = fill(texts.largestOnly, { shown: shown.length, count: faces.length })
  return [
    ...(shown.length < faces.length ? [create('p', 'note', left)] : []),
    create('ol', 'searched', ...items),
    ...(faces.some(({ candidates }) => candidates.length > 0) ? [create('p', 'note', texts.candidatesNote)] : []),
  ]
}

function isSure({ confidence }: Candidate): boolean {
  return confidence >= SURE_CONFIDENCE
}

function describeBest(best: Candidate | undefined, texts: Texts): string {
  if (!best) return texts.noCandidates
  const text = isSure(best) ? texts.bestCandidate : texts.nobodySure
  return fill(text, { person: best.personId, score: best.confidence.toFixed(1) })
}

function drawCandidates(candidates: readonly Candidate[], texts: Texts): HTMLElement {
  if (candidates.length === 0) return create('p', 'note', texts.noCandidates)
  const rows = candidates.map((candidate) => {
    const { personId, confidence, tag } = candidate
    const name = create('dt', '', personId, ...(tag === '' ? [] : [create('small', '', tag)]))
    const row = create('div', '', name, create('dd', '', makeBar(confidence / 100), confidence.toFixed(1)))
    row.classList.toggle('sure', isSure(candidate))
    return row
  })
  return create('dl', 'bars candidates', ...rows)
}

function cutFace(image: HTMLImageElement, { box }: SearchedFace): HTMLElement {
  const canvas = create('canvas', 'cut')
  canvas.width = CUT_SIDE
  canvas.height = CUT_SIDE
  canvas.setAttribute('aria-hidden', 'true')
  const side = CUT_SHARE * Math.max(box.width, box.height)
  const [left, top] = [box.x + (box.width - side) / 2, box.y + (box.height - side) / 2]
  canvas.getContext('2d')?.drawImage(image, left, top, side, side, 0, 0, CUT_SIDE, CUT_SIDE)
  return canvas
}
