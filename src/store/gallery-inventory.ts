import type { Kysely } from 'kysely'
import type { GalleryInventory, GalleryRepository, ListedPerson, PersonFile, Template } from '../gallery/gallery.js'
import { refusals } from '../gallery/refusals.js'
import { type BoxOpener, describeFace, sealTemplate } from './gallery-faces.js'
import { changePerson } from './gallery-persons.js'
import type { Schema } from './schema.js'
import type { TemplateCopies } from './vector-copies.js'

const PERSONS_PER_PAGE = 500

export class SqlGalleryInventory implements GalleryInventory {
  readonly #database: Kysely<Schema>
  readonly #openBox: BoxOpener
  readonly #repository: GalleryRepository
  readonly #copies: TemplateCopies
  readonly #erase: () => void

  constructor(
    database: Kysely<Schema>,
    openBox: BoxOpener,
    repository: GalleryRepository,
    copies: TemplateCopies,
    erase: () => void,
  ) {
    this.#database = database
    this.#openBox = openBox
    this.#repository = repository
    this.#copies = copies
    this.#erase = erase
  }

  async *listAll(): AsyncIterable<readonly ListedPerson[]> {
    let after = 0
    for (;;) {
      const rows = await this.#database
        .selectFrom('gallery_persons')
        .selectAll()
        .select(({ selectFrom }) =>
          selectFrom('gallery_faces')
            .select(({ fn }) => fn.countAll<number>().as('faces'))
            .whereRef('gallery_faces.person', '=', 'gallery_persons.id')
            .as('faces'),
        )
        .where('id', '>', after)
        .orderBy('id')
        .limit(PERSONS_PER_PAGE)
        .execute()
      const last = rows.at(-1)
      if (!last) return
      after = Number(last.id)
      const members = await this.#database
        .selectFrom('gallery_members')
        .select(['person', 'group_id'])
        .where(
          'person',
          'in',
          rows.map(({ id }) => id),
        )
        .execute()
      yield rows.map((row) => ({
        appid: row.appid,
        personId: row.person_id,
        name: row.name,
        tag: row.tag,
        createdAt: new Date(Number(row.created_at)),
        groupIds: members
          .filter(({ person }) => Number(person) === Number(row.id))
          .map(({ group_id }) => group_id)
          .sort(),
        faces: Number(row.faces ?? 0),
      }))
    }
  }

  async findApps(personId: string): Promise<readonly string[]> {
    const persons = this.#database.selectFrom('gallery_persons').select('appid')
    const rows = await persons.where('person_id', '=', personId).execute()
    return rows.map(({ appid }) => appid).sort()
  }

  async locateFace(faceId: string): Promise<{ readonly appid: string; readonly personId: string } | undefined> {
    const row = await this.#database
      .selectFrom('gallery_faces')
      .innerJoin('gallery_persons', 'gallery_persons.id', 'gallery_faces.person')
      .select(['appid', 'person_id'])
      .where('face_id', '=', faceId)
      .executeTakeFirst()
    return row && { appid: row.appid, personId: row.person_id }
  }

  async describePerson(appid: string, personId: string): Promise<PersonFile> {
    const person = await this.#repository.findPerson(appid, personId)
    const rows = await this.#database
      .selectFrom('gallery_persons')
      .innerJoin('gallery_faces', 'gallery_faces.person', 'gallery_persons.id')
      .select(['face_id', 'person', 'gallery_faces.tag', 'made_at', 'pack_id', 'attributes', 'created_at'])
      .where('appid', '=', appid)
      .where('person_id', '=', personId)
      .execute()
    const { created_at } = await this.#database
      .selectFrom('gallery_persons')
      .select('created_at')
      .where('appid', '=', appid)
      .where('person_id', '=', personId)
      .executeTakeFirstOrThrow(refusals.personUnknown)
    const box = await this.#openBox()
    const faces = rows.map((row) => describeFace(box, personId, row))
    return {
      person: { ...person, createdAt: new Date(Number(created_at)) },
      faces: faces.sort((a, b) => person.faceIds.indexOf(a.faceId) - person.faceIds.indexOf(b.faceId)),
    }
  }

  async replaceTemplates(appid: string, personId: string, templates: ReadonlyMap<string, Template>): Promise<void> {
    const box = await this.#openBox()
    await this.#database.transaction().execute(async (transaction) => {
      const person = await changePerson(transaction, appid, personId)
      for (const [faceId, template] of templates) {
        const faces = transaction.selectFrom('gallery_faces').select('pack_id').where('face_id', '=', faceId)
        const before = await faces.where('person', '=', person).executeTakeFirst()
        if (!before) throw refusals.noSuchFace()
        await transaction
          .updateTable('gallery_faces')
          .set({ pack_id: template.packId, template: sealTemplate(box, { faceId, person, template }) })
          .where('face_id', '=', faceId)
          .execute()
        await this.#copies.remove(transaction, before.pack_id, [faceId])
        await this.#copies.add(transaction, template.packId, [{ faceId, person, appid, template }])
      }
    })
    this.#erase()
  }
}
