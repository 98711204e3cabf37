import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSameFace } from '../calls/faces.js'
import type { Config } from '../config.js'
import { requireQuality } from '../engine/require-quality.js'
import { FaceCompareError } from '../errors.js'
import { readPictureFolder } from '../evaluation/data-set.js'
import type { GalleryInventory, GalleryRepository, Template } from '../gallery/gallery.js'
import { describeOtherPacks } from '../gallery/other-packs.js'
import { type PersonPlan, planReembedding } from '../gallery/reembed.js'
import { runLanes } from '../lanes.js'
import type { EnginePool } from '../worker/pool.js'
import { countLanes, openPool } from './embed.js'
import { type EngineFlags, readEngineConfig } from './engine-options.js'
import { printable } from './printable.js'
import { printJson, printLines } from './report.js'
import { useGallery } from './use-gallery.js'

export interface ReembedFlags extends EngineFlags {
  readonly appid?: string
  readonly json?: boolean
}

/** What became of the pictures. */
interface Outcome {
  /** Faces that were made anew. */
  faces: number
  readonly failed: { readonly picture: string; readonly reason: string }[]
  readonly needless: string[]
}

/** Prints what became of the pictures. */
export async function reembed(folder: string, flags: ReembedFlags): Promise<void> {
  const config = readEngineConfig(flags)
  const { pictures } = await readPictureFolder(folder)
  if (pictures.length === 0) throw new Error(`There are no pictures in ${folder}.`)
  await useGallery(async ({ repository, inventory, feed }) => {
    const pool = await openPool(config)
    try {
      const packId = pool.numbers.id
      const names = pictures.map(({ name }) => name)
      const plan = await planReembedding(names, inventory, { packId, appid: flags.appid })
      if (plan.persons.length > 0) await pool.ready
      const { unknown, ...rest } = plan
      const outcome: Outcome = { faces: 0, failed: [], needless: [...rest.needless] }
      await replaceAll(plan.persons, { folder, config, pool, repository, inventory, outcome })
      const left = await feed.countFaces(packId)
      if (flags.json) return printJson({ packId, ...outcome, unknown, ofOtherPacks: left.ofOtherPacks })
      printLines([
        `${outcome.faces} ${outcome.faces === 1 ? 'face was' : 'faces were'} made anew; pictures that could not be used: ` +
          `${outcome.failed.length}, not needed: ${outcome.needless.length}, of nobody who is enrolled: ${unknown.length}.`,
        describeOtherPacks(left) ?? 'All enrolled faces are of the model pack in use.',
      ])
    } finally {
      await pool.close()
    }
  }, config)
}

interface Workshop {
  readonly folder: string
  readonly config: Config
  readonly pool: EnginePool
  readonly repository: GalleryRepository
  readonly inventory: GalleryInventory
  readonly outcome: Outcome
}

/** Person by person; a picture that cannot be used is told of, and leaves its face as it was. */
async function replaceAll(plans: readonly PersonPlan[], workshop: Workshop): Promise<void> {
  const waiting = plans.values()
  await runLanes(countLanes(workshop.config), async () => {
    const next = waiting.next()
    if (next.done) return false
    await replaceOne(next.value, workshop)
    return true
  })
}

async function replaceOne(plan: PersonPlan, workshop: Workshop): Promise<void> {
  const { appid, personId, ofFaces, ofPerson, otherFaces } = plan
  const { repository, inventory, outcome } = workshop
  try {
    const present = await repository.readTemplates(appid, personId, workshop.pool.numbers.id)
    const known = present.map(({ template }) => template)
    const made = new Map<string, Template>()
    const waiting = [...otherFaces]
    const pictures = [...ofFaces, ...ofPerson.map((picture) => [undefined, picture] as const)]
    for (const [named, picture] of pictures) {
      const template = await makeTemplate(picture, known, workshop)
      const faceId = template && (named ?? waiting.shift())
      if (faceId !== undefined && template) {
        made.set(faceId, template)
        known.push(template)
      } else if (template) outcome.needless.push(picture)
    }
    if (made.size > 0) await inventory.replaceTemplates(appid, personId, made)
    outcome.faces += made.size
  } catch (error) {
    // Somebody has deleted the person meanwhile, or one of the faces. Anything else ends the command.
    if (!(error instanceof FaceCompareError) || !['PERSON_UNKNOWN', 'FACE_UNKNOWN'].includes(error.kind)) throw error
    for (const picture of [...ofFaces.values(), ...ofPerson]) fail(picture, error, outcome)
  }
}

/** Undefined for a picture that cannot be used, or shows what is known of the person already: a second run changes nothing. */
async function makeTemplate(
  picture: string,
  known: readonly Template[],
  { folder, pool, outcome }: Workshop,
): Promise<Template | undefined> {
  try {
    const face = await pool.analyze(await readFile(join(folder, picture)))
    requireQuality(face, pool.leastQuality)
    const { packId, embedding, cohort } = face
    const template = { packId, embedding, cohort }
    if (!known.some((other) => isSameFace(other, template, pool.numbers.fit))) return template
    outcome.needless.push(picture)
  } catch (error) {
    if (!(error instanceof FaceCompareError) || error.kind === 'TOO_MANY_REQUESTS') throw error
    fail(picture, error, outcome)
  }
  return undefined
}

function fail(picture: string, error: FaceCompareError, { failed }: Outcome): void {
  failed.push({ picture, reason: error.message })
  process.stderr.write(`${printable(picture)}: ${error.message}\n`)
}
