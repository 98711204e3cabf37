import { readFile } from 'node:fs/promises'
import type { Config } from '../config.js'
import type { SheetPicture } from '../dedupe/contact-sheet.js'
import type { ErrorName } from '../errors.js'
import type { Failure } from '../evaluation/face-vectors.js'
import { runLanes } from '../lanes.js'
import { countLanes } from './embed.js'
import type { Deduped, FailedPicture, FoundPicture } from './group-pictures.js'

/** Sides of the small pictures, in pixels. */
const SIDE = 160
/** The longer side that pictures are decoded to before faces are cut out. */
const MAX_DECODED_SIDE = 1280

/** What became of pictures that could be decoded. */
const DECODABLE: readonly string[] = ['FACE_NOT_DETECTED', 'QUALITY_TOO_LOW'] satisfies readonly ErrorName[]

interface SheetPictures {
  readonly groups: readonly (readonly SheetPicture[])[]
  readonly alone: readonly SheetPicture[]
  readonly failed: readonly SheetPicture[]
}

/** Small pictures of all faces, and of what shows none where it can be decoded; a few large ones are in memory at once. */
export async function makeSheetPictures(
  { groups, alone, failed }: Deduped,
  config: Config,
  explainFailure: (failure: Failure) => string,
): Promise<SheetPictures> {
  const thumbnails = new Map<string, Uint8Array>()
  const all = [...groups.flatMap(({ pictures }) => pictures), ...alone, ...failed]
  const rest = all.values()
  await runLanes(countLanes(config), async () => {
    const next = rest.next()
    if (next.done) return false
    const thumbnail = await drawThumbnail(next.value, config)
    if (thumbnail) thumbnails.set(fileOf(next.value), thumbnail)
    return true
  })
  const show = ({ name, file }: FoundPicture): SheetPicture => ({ name, thumbnail: thumbnails.get(file) })
  return {
    groups: groups.map(({ pictures }) => pictures.map(show)),
    alone: alone.map(show),
    failed: failed.map((failure) => ({
      name: failure.picture.name,
      thumbnail: thumbnails.get(failure.picture.file),
      reason: explainFailure(failure),
    })),
  }
}

function fileOf(picture: FoundPicture | FailedPicture): string {
  return 'picture' in picture ? picture.picture.file : picture.file
}

async function drawThumbnail(
  picture: FoundPicture | FailedPicture,
  { maxPixels }: Config,
): Promise<Uint8Array | undefined> {
  const { cutFace, shrinkPicture } = await import('../image/draw.js')
  try {
    const bytes = await readFile(fileOf(picture))
    if ('outcome' in picture) {
      const { box } = picture.outcome.face
      return await cutFace({ bytes, box }, { maxPixels, side: SIDE, maxSide: MAX_DECODED_SIDE })
    }
    // What a worker process could not decode, or did not survive, is not tried here.
    return DECODABLE.includes(picture.kind) ? await shrinkPicture(bytes, { maxPixels, side: SIDE }) : undefined
  } catch {
    // It may be gone by now; the page is still worth having.
    return undefined
  }
}
