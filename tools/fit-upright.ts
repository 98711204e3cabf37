import { readFile } from 'node:fs/promises'
import { MAX_DECODED_AREA } from '../src/engine/find-faces.js'
import { openPack } from '../src/engine/open-pack.js'
import { decodeImage } from '../src/image/decode.js'
import { embedFace } from '../src/pipeline/embed.js'
import { findLandmarks, rollOf, turnBetween } from '../src/pipeline/landmarks.js'
import { locateFaces } from '../src/pipeline/locate.js'
import { Pyramid } from '../src/pipeline/pyramid.js'
import type { Upright } from '../src/score/upright.js'
import { lengthOf, normalise } from '../src/score/vectors.js'
import { createProgress } from '../support/progress.js'
import { type Rows, separate } from './discriminant.js'

const TURNS = [0, Math.PI, Math.PI / 2, -Math.PI / 2]
/** Landmarks that stand further from the upright than this were found on a turned face. */
const TURNED = Math.PI / 3
/** Lengths of embeddings differ by some units, their directions by some tenths. */
const LENGTH_SCALE = 0.1

/**
 * What tells upright faces from others, from portraits that are upright: of each the landmarks are looked for as if the face
 * were upright, upside down, or lay on either side.
 */
export async function fitUpright(files: readonly string[]): Promise<Upright> {
  const pack = await openPack({ calibration: 'none' })
  const progress = createProgress('portraits, four ways up', files.length)
  const upright: Float32Array[] = []
  const turned: Float32Array[] = []
  for (const file of files) {
    const pyramid = new Pyramid(await decodeImage(await readFile(file), { maxPixels: 40e6, maxArea: MAX_DECODED_AREA }))
    const located = await locateFaces(pack.detector, pyramid)
    progress.advance()
    if (!located) continue
    for (const roll of TURNS) {
      const landmarks = await findLandmarks(pack.landmarks, pyramid, { box: located.chosen.box, roll })
      const { raw } = await embedFace(pack.embedders, pyramid, { landmarks })
      if (turnBetween(rollOf(landmarks), 0) > TURNED) turned.push(toRow(raw))
      else if (roll === 0) upright.push(toRow(raw))
    }
  }
  await pack.close()
  const { direction, offset } = separate(upright, turned)
  const fitted = {
    direction: Float32Array.from(direction.subarray(0, -1)),
    perLength: LENGTH_SCALE * (direction.at(-1) ?? 0),
    offset,
  }
  report(upright, turned, direction, offset)
  return fitted
}

function toRow(raw: Float32Array): Float32Array {
  return Float32Array.of(...normalise(raw.slice()), LENGTH_SCALE * lengthOf(raw))
}

function report(upright: Rows, turned: Rows, direction: Float64Array, offset: number): void {
  const measure = (row: Float32Array) => row.reduce((sum, value, i) => sum + value * direction[i]!, offset)
  const missed = upright.filter((row) => measure(row) <= 0).length
  const taken = turned.filter((row) => measure(row) > 0).length
  console.log(
    `upright: ${missed} of ${upright.length} upright faces and ${taken} of ${turned.length} turned ones on the wrong side`,
  )
}
