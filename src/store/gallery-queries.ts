import type { Kysely } from 'kysely'
import type { Schema } from './schema.js'

/** The number of a person within the store. */
export function selectNumber(database: Kysely<Schema>, appid: string, personId: string) {
  const persons = database.selectFrom('gallery_persons').select('id')
  return persons.where('appid', '=', appid).where('person_id', '=', personId)
}

/** All faces of an app, with whose they are. */
export function facesWithPersons(database: Kysely<Schema>, appid: string) {
  return database
    .selectFrom('gallery_faces')
    .innerJoin('gallery_persons', 'gallery_persons.id', 'gallery_faces.person')
    .where('appid', '=', appid)
}

/** What the templates of faces are opened with. */
export function selectTemplates(database: Kysely<Schema>, appid: string) {
  return facesWithPersons(database, appid).select([
    'face_id',
    'person',
    'gallery_faces.tag',
    'pack_id',
    'template',
    'person_id',
  ])
}
