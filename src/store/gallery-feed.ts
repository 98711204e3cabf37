import { type Compilable, CompiledQuery, type Kysely, sql } from 'kysely'
import type { Change, FaceCounts, FeedState, GalleryFeed, MirroredPerson, Template } from '../gallery/gallery.js'
import { type BoxOpener, openTemplate } from './gallery-faces.js'
import type { Schema } from './schema.js'
import { StoreError } from './store.js'
import type { TemplateBox } from './template-box.js'
import { together } from './together.js'

/**
 * Draws the number of a change, the first thing that every transaction on the gallery does. The row stays locked until the
 * transaction ends: changes come one after the other, so that who sees one sees all before it (numbers of a sequence of
 * PostgreSQL become visible in any order), limits may be counted, and of two who make one person the second finds it made.
 */
export const DRAW_NUMBER = CompiledQuery.raw('update gallery_feed set sequence = sequence + 1 where id = 1')

/**
 * Begins the change of a person, which `whose` finds or makes; tells all who keep a copy that the person is not as it was. Resolves
 * with the person's number; undefined when there is none, upon which the transaction must be given up.
 */
export async function beginChange(
  transaction: Kysely<Schema>,
  { appid, personId }: { readonly appid: string; readonly personId: string },
  whose: Compilable<{ readonly id: number }>,
): Promise<number | undefined> {
  const note = sql`
    insert into gallery_changes (sequence, person, changed_at)
    select gallery_feed.sequence, gallery_persons.id, ${Date.now()} from gallery_feed, gallery_persons
    where gallery_feed.id = 1 and appid = ${appid} and person_id = ${personId}`
  const [, { rows }] = await together(transaction, (send) =>
    Promise.all([send(DRAW_NUMBER), send(whose.compile()), send(note.compile(transaction))]),
  )
  return rows[0] && Number(rows[0].id)
}

/** Lets nobody change the gallery until the transaction ends. */
export async function lockChanges(transaction: Kysely<Schema>): Promise<void> {
  await transaction.selectFrom('gallery_feed').select('sequence').where('id', '=', 1).forUpdate().execute()
}

export class SqlGalleryFeed implements GalleryFeed {
  readonly #database: Kysely<Schema>
  readonly #openBox: BoxOpener

  constructor(database: Kysely<Schema>, openBox: BoxOpener) {
    this.#database = database
    this.#openBox = openBox
  }

  async readFeed(): Promise<FeedState> {
    const feed = this.#database.selectFrom('gallery_feed').select(['sequence', 'trimmed_to'])
    const row = await feed.where('id', '=', 1).executeTakeFirstOrThrow()
    return { sequence: Number(row.sequence), trimmedTo: Number(row.trimmed_to) }
  }

  async readChanges(afterSequence: number, count: number): Promise<readonly Change[]> {
    const changes = this.#database.selectFrom('gallery_changes').select(['sequence', 'person'])
    const rows = await changes.where('sequence', '>', afterSequence).orderBy('sequence').limit(count).execute()
    return rows.map(({ sequence, person }) => ({ sequence: Number(sequence), person: Number(person) }))
  }

  async readPersons(persons: readonly number[], packId: string): Promise<readonly MirroredPerson[]> {
    if (persons.length === 0) return []
    const rows = await this.#database
      .selectFrom('gallery_persons')
      .select(['id', 'appid'])
      .where('id', 'in', persons)
      .execute()
    return this.#addFaces(rows, packId)
  }

  async readPersonsAfter(person: number, count: number, packId: string): Promise<readonly MirroredPerson[]> {
    const rows = await this.#database
      .selectFrom('gallery_persons')
      .select(['id', 'appid'])
      .where('id', '>', person)
      .orderBy('id')
      .limit(count)
      .execute()
    return this.#addFaces(rows, packId)
  }

  /** Not of one moment with the persons: what changes meanwhile is told by the feed afterwards. */
  async #addFaces(
    rows: readonly { readonly id: number; readonly appid: string }[],
    packId: string,
  ): Promise<readonly MirroredPerson[]> {
    if (rows.length === 0) return []
    const box = await this.#openBox()
    const ids = rows.map(({ id }) => id)
    const members = await this.#database
      .selectFrom('gallery_members')
      .select(['person', 'group_id'])
      .where('person', 'in', ids)
      .execute()
    const faces = await this.#database
      .selectFrom('gallery_faces')
      .select(['person', 'face_id', 'template', 'pack_id'])
      .where('person', 'in', ids)
      .where('pack_id', '=', packId)
      .execute()
    const groupsOf = groupByPerson(members)
    const facesOf = groupByPerson(faces)
    return rows.map(({ id, appid }) => ({
      person: Number(id),
      appid,
      groupIds: (groupsOf.get(Number(id)) ?? []).map(({ group_id }) => group_id),
      ...openFaces(box, facesOf.get(Number(id)) ?? []),
    }))
  }

  async trimFeed(beforeMs: number): Promise<void> {
    const oldest = await this.#database
      .selectFrom('gallery_changes')
      .select(({ fn }) => fn.max('sequence').as('sequence'))
      .where('changed_at', '<', beforeMs)
      .executeTakeFirst()
    // A look costs nobody anything; the lock is taken only where there is something to do.
    if (oldest?.sequence == null) return
    const upTo = Number(oldest.sequence)
    await this.#database.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('gallery_feed')
        .set({ trimmed_to: upTo })
        .where('id', '=', 1)
        .where('trimmed_to', '<', upTo)
        .execute()
      await transaction.deleteFrom('gallery_changes').where('sequence', '<=', upTo).execute()
    })
  }

  async countFaces(packId: string): Promise<FaceCounts> {
    const rows = await this.#database
      .selectFrom('gallery_faces')
      .select(({ fn }) => ['pack_id', fn.countAll().as('faces')])
      .groupBy('pack_id')
      .execute()
    const sum = (counted: typeof rows) => counted.reduce((total, { faces }) => total + Number(faces), 0)
    return { all: sum(rows), ofOtherPacks: sum(rows.filter(({ pack_id }) => pack_id !== packId)) }
  }
}

/** One face that cannot be read keeps nobody else from being found. */
function openFaces(
  box: TemplateBox,
  rows: readonly Parameters<typeof openTemplate>[1][],
): Pick<MirroredPerson, 'faces' | 'damaged'> {
  const faces: { readonly faceId: string; readonly template: Template }[] = []
  const damaged: string[] = []
  for (const row of rows) {
    try {
      faces.push({ faceId: row.face_id, template: openTemplate(box, row) })
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      damaged.push(row.face_id)
    }
  }
  return { faces, damaged }
}

function groupByPerson<Row extends { readonly person: number }>(
  rows: readonly Row[],
): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const group = groups.get(Number(row.person))
    if (group) group.push(row)
    else groups.set(Number(row.person), [row])
  }
  return groups
}
