import type { Kysely } from 'kysely'
import type {
  AddedFace,
  AddOptions,
  FacePage,
  FaceRecord,
  GalleryLimits,
  GalleryRepository,
  GroupChange,
  GroupFace,
  ListedGroup,
  MemberCounts,
  NewFace,
  NewGroup,
  NewPerson,
  Person,
  PersonInfo,
  StoredTemplate,
} from '../gallery/gallery.js'
import { refusals, unlessGone } from '../gallery/refusals.js'
import {
  addCopies,
  type BoxOpener,
  describeFace,
  insertFaces,
  type NamedFace,
  nameFace,
  openTemplate,
} from './gallery-faces.js'
import { DRAW_NUMBER } from './gallery-feed.js'
import { groupsOf, joinGroups, leaveGroups, readGroups } from './gallery-groups.js'
import { countMembers, describeGroups, dropGroup, insertGroup, listFaces } from './gallery-made-groups.js'
import { changePerson, erasePerson, findPerson, insertPerson, listPersons } from './gallery-persons.js'
import { facesWithPersons, selectNumber, selectTemplates } from './gallery-queries.js'
import type { Schema } from './schema.js'
import type { TemplateCopies } from './vector-copies.js'

export class SqlGalleryRepository implements GalleryRepository {
  readonly #database: Kysely<Schema>
  readonly #openBox: BoxOpener
  readonly #copies: TemplateCopies
  readonly #erase: () => void

  /** `erase` is called after something was deleted: it makes the database forget it on the disk as well. */
  constructor(database: Kysely<Schema>, openBox: BoxOpener, copies: TemplateCopies, erase: () => void) {
    this.#database = database
    this.#openBox = openBox
    this.#copies = copies
    this.#erase = erase
  }

  async hasPerson(appid: string, personId: string): Promise<boolean> {
    return (await selectNumber(this.#database, appid, personId).executeTakeFirst()) !== undefined
  }

  async createPerson(appid: string, person: NewPerson, limits: GalleryLimits): Promise<string> {
    const box = await this.#openBox()
    const face = nameFace(person.face)
    return this.#database.transaction().execute(async (transaction) => {
      const id = await insertPerson(transaction, appid, person)
      const insertion = insertFaces(transaction, { person: id, box, tag: person.faceTag }, [face])
      const { groupIds, needsGroups } = person
      await joinGroups(transaction, { appid, person: id }, { groupIds, needsGroups }, limits, [insertion])
      await addCopies(transaction, { appid, person: id, copies: this.#copies }, [face])
      return face.faceId
    })
  }

  async deletePerson(appid: string, personId: string): Promise<void> {
    await this.#changePerson(appid, personId, async (transaction, person) =>
      erasePerson(transaction, { appid, person }, await groupsOf(transaction, person)),
    )
    this.#erase()
  }

  setPersonInfo(appid: string, personId: string, { name, tag }: Partial<PersonInfo>): Promise<void> {
    return this.#changePerson(appid, personId, async (transaction, person) => {
      const changes = { ...(name === undefined ? {} : { name }), ...(tag === undefined ? {} : { tag }) }
      if (Object.keys(changes).length === 0) return
      await transaction.updateTable('gallery_persons').set(changes).where('id', '=', person).execute()
    })
  }

  findPerson(appid: string, personId: string): Promise<Person> {
    return findPerson(this.#database, appid, personId)
  }

  addToGroups(
    appid: string,
    personId: string,
    groupIds: readonly string[],
    limits: GalleryLimits,
  ): Promise<GroupChange> {
    return this.#changePerson(appid, personId, async (transaction, person) => {
      const before = await groupsOf(transaction, person)
      const joined = groupIds.filter((id) => !before.includes(id))
      if (joined.length > 0) await joinGroups(transaction, { appid, person }, { groupIds: joined }, limits)
      return { changed: joined.length, groupIds: [...before, ...joined].sort() }
    })
  }

  removeFromGroups(appid: string, personId: string, groupIds: readonly string[]): Promise<GroupChange> {
    return this.#changePerson(appid, personId, async (transaction, person) => {
      const before = await groupsOf(transaction, person)
      const left = before.filter((id) => groupIds.includes(id))
      if (left.length === 0) throw refusals.inNoneOfTheGroups()
      await leaveGroups(transaction, { appid, person }, left)
      return { changed: left.length, groupIds: before.filter((id) => !left.includes(id)) }
    })
  }

  makeGroup(appid: string, group: NewGroup, limits: GalleryLimits): Promise<boolean> {
    return this.#database.transaction().execute(async (transaction) => {
      await transaction.executeQuery(DRAW_NUMBER)
      return insertGroup(transaction, appid, group, limits)
    })
  }

  async expel(appid: string, personId: string, groupId: string): Promise<void> {
    await unlessGone(
      this.#changePerson(appid, personId, async (transaction, person) => {
        const groupIds = await groupsOf(transaction, person)
        if (!groupIds.includes(groupId)) return
        if (groupIds.length > 1) await leaveGroups(transaction, { appid, person }, [groupId])
        else await erasePerson(transaction, { appid, person }, groupIds)
      }),
    )
    this.#erase()
  }

  dropGroup(appid: string, groupId: string): Promise<boolean> {
    return this.#database.transaction().execute(async (transaction) => {
      await transaction.executeQuery(DRAW_NUMBER)
      return dropGroup(transaction, appid, groupId)
    })
  }

  async listGroups(appid: string): Promise<readonly string[]> {
    const groups = await this.describeGroups(appid)
    return groups.filter(({ persons }) => persons > 0).map(({ groupId }) => groupId)
  }

  describeGroups(appid: string): Promise<readonly ListedGroup[]> {
    return describeGroups(this.#database, appid)
  }

  countMembers(appid: string, groupIds: readonly string[]): Promise<MemberCounts> {
    return countMembers(this.#database, appid, groupIds)
  }

  async listFaces(appid: string, groupId: string, page: FacePage): Promise<readonly GroupFace[]> {
    await this.requireGroups(appid, [groupId])
    return listFaces(this.#database, appid, groupId, page)
  }

  async listPersons(appid: string, groupId: string): Promise<readonly string[]> {
    const personIds = await listPersons(this.#database, appid, groupId)
    if (personIds.length === 0) await this.requireGroups(appid, [groupId])
    return personIds
  }

  async requireGroups(appid: string, groupIds: readonly string[]): Promise<void> {
    const known = await readGroups(this.#database, appid, groupIds)
    const missing = groupIds.find((id) => !known.some(({ group_id }) => group_id === id))
    if (missing !== undefined) throw refusals.groupUnknown(missing)
  }

  async addFaces(
    appid: string,
    personId: string,
    faces: readonly NewFace[],
    { tag, maxFacesPerPerson, isSame }: AddOptions,
  ): Promise<readonly AddedFace[]> {
    const box = await this.#openBox()
    return this.#changePerson(appid, personId, async (transaction, person) => {
      const rows = await transaction.selectFrom('gallery_faces').selectAll().where('person', '=', person).execute()
      const present = rows.map((row) => ({ packId: row.pack_id, open: () => openTemplate(box, row) }))
      const outcomes: AddedFace[] = []
      const added: NamedFace[] = []
      for (const face of faces) {
        const { template } = face
        const ofItsPack = present.filter(({ packId }) => packId === template.packId)
        if (ofItsPack.some(({ open }) => isSame(open(), template))) {
          outcomes.push({ refusal: 'SAME_FACE_ADDED' })
        } else if (present.length >= maxFacesPerPerson) {
          outcomes.push({ refusal: 'TOO_MANY_FACES' })
        } else {
          const named = nameFace(face)
          added.push(named)
          outcomes.push({ faceId: named.faceId })
          present.push({ packId: template.packId, open: () => template })
        }
      }
      if (added.length > 0) await insertFaces(transaction, { person, box, tag }, added).execute()
      await addCopies(transaction, { appid, person, copies: this.#copies }, added)
      return outcomes
    })
  }

  async deleteFaces(
    appid: string,
    personId: string,
    faceIds: readonly string[],
    { andFaceless = false }: Parameters<GalleryRepository['deleteFaces']>[3] = {},
  ): Promise<readonly string[]> {
    const wanted = new Set(faceIds)
    const deleted = await this.#changePerson(appid, personId, async (transaction, person) => {
      const faces = transaction.selectFrom('gallery_faces').select('face_id').where('person', '=', person)
      const all = (await faces.execute()).map(({ face_id }) => face_id)
      const present = new Set(all.filter((id) => wanted.has(id)))
      if (present.size === 0) throw refusals.noneOfTheFaces()
      if (andFaceless && present.size === all.length) {
        await erasePerson(transaction, { appid, person }, await groupsOf(transaction, person))
      } else {
        const deletion = transaction.deleteFrom('gallery_faces').where('face_id', 'in', [...present])
        await deletion.execute()
      }
      return [...wanted].filter((id) => present.has(id))
    })
    this.#erase()
    return deleted
  }

  async findFace(appid: string, faceId: string): Promise<FaceRecord> {
    const row = await facesWithPersons(this.#database, appid)
      .select(['face_id', 'person', 'gallery_faces.tag', 'made_at', 'pack_id', 'attributes', 'person_id'])
      .where('face_id', '=', faceId)
      .executeTakeFirst()
    if (!row) throw refusals.noSuchFace()
    return describeFace(await this.#openBox(), row.person_id, row)
  }

  async readTemplates(appid: string, personId: string, packId: string): Promise<readonly StoredTemplate[]> {
    const ofPerson = selectTemplates(this.#database, appid).where('person_id', '=', personId)
    const rows = await ofPerson.where('pack_id', '=', packId).execute()
    const faces = await this.#openAll(rows)
    if (faces.length === 0 && !(await this.hasPerson(appid, personId))) throw refusals.personUnknown()
    return faces
  }

  async findCandidates(
    appid: string,
    groupIds: readonly string[],
    faceIds: readonly string[],
  ): Promise<readonly StoredTemplate[]> {
    if (groupIds.length === 0 || faceIds.length === 0) return []
    const rows = await selectTemplates(this.#database, appid)
      .where('face_id', 'in', faceIds)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('gallery_members')
            .select('gallery_members.person')
            .where('gallery_members.appid', '=', appid)
            .where('gallery_members.group_id', 'in', groupIds)
            .whereRef('gallery_members.person', '=', 'gallery_faces.person'),
        ),
      )
      .execute()
    return this.#openAll(rows)
  }

  async #openAll(
    rows: readonly (Parameters<typeof openTemplate>[1] & { readonly person_id: string; readonly tag: string })[],
  ): Promise<readonly StoredTemplate[]> {
    const box = await this.#openBox()
    return rows.map((row) => ({
      faceId: row.face_id,
      personId: row.person_id,
      tag: row.tag,
      template: openTemplate(box, row),
    }))
  }

  #changePerson<T>(
    appid: string,
    personId: string,
    work: (transaction: Kysely<Schema>, person: number) => Promise<T>,
  ): Promise<T> {
    return this.#database
      .transaction()
      .execute(async (transaction) => work(transaction, await changePerson(transaction, appid, personId)))
  }
}
