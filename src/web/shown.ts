import type { Detection } from '../client/persons.js'
import type { ShownFace } from './answer.js'
import { describeHint } from './flaws.js'
import { drawBoxes, drawOutline, type View, viewFace } from './outline.js'
import { pickLargest, type SearchedFace } from './searched.js'
import { fill, type Texts } from './texts/texts.js'

/** What a card shows of the faces of its picture. */
export interface Shown {
  /** What it is drawn from: the same is not drawn again. */
  readonly source: object
  readonly about: string
  readonly note: string
  readonly hint: string
  /** Draws over the picture; with a blank where the picture itself cannot be shown. */
  readonly draw: (svg: SVGSVGElement, withBlank: boolean) => void
  /** How one face is shown alone; undefined where all of them count. */
  readonly view: View | undefined
}

/** The face that was compared. */
export function showCompared(side: 'A' | 'B', face: ShownFace, texts: Texts): Shown {
  const { imageWidth: width, imageHeight: height, detectionScore: score, quality, faceCount: count } = face
  const told = fill(texts.faceOf, { width, height, score: score.toFixed(2) })
  return {
    source: face,
    about: count === 1 ? texts.oneFace : fill(texts.someFaces, { count }),
    note: quality === undefined ? told : told + fill(texts.qualityOf, { quality: Math.floor(quality) }),
    hint: describeHint(side, face, texts),
    draw: (svg, withBlank) => drawOutline(svg, face, withBlank),
    view: viewFace(face),
  }
}

/** All faces that were found. */
export function showDetected(detection: Detection, texts: Texts): Shown {
  const { imageWidth: width, imageHeight: height, faces } = detection
  return {
    source: detection,
    about: faces.length === 1 ? texts.oneFace : fill(texts.facesFound, { count: faces.length }),
    note: fill(texts.sizeOf, { width, height }),
    hint: '',
    draw: (svg, withBlank) => drawBoxes(svg, detection, withBlank),
    view: undefined,
  }
}

/** Those of the faces that persons were looked for which are told of; with their boxes where the browser knows the size of the picture. */
export function showSearched(
  faces: readonly SearchedFace[],
  texts: Texts,
  image: { readonly naturalWidth: number; readonly naturalHeight: number } | undefined,
): Shown {
  const shown = {
    source: faces,
    about: faces.length === 1 ? texts.oneFace : fill(texts.facesFound, { count: faces.length }),
    hint: '',
    view: undefined,
  }
  if (!image) return { ...shown, note: '', draw: () => {} }
  const { naturalWidth: width, naturalHeight: height } = image
  const boxed = { faces: pickLargest(faces), imageWidth: width, imageHeight: height }
  const note = fill(texts.sizeOf, { width, height })
  return { ...shown, note, draw: (svg, withBlank) => drawBoxes(svg, boxed, withBlank) }
}
