import type { Person } from '../gallery/gallery.js'
import { refusals } from '../gallery/refusals.js'
import { stored } from '../gallery/stored.js'
import { audited } from './audit.js'
import { enrollable } from './enrollable.js'
import type { FaceSource, Gallery } from './gallery.js'
import { requireGroupIds, requireId, requireText } from './gallery-parameters.js'

export interface CreatePersonRequest {
  readonly appid: string
  readonly personId: string
  readonly groupIds: readonly string[]
  /** Whether the groups must be there, and stay there until the person is made; else those that are not are made with it. */
  readonly needsGroups?: boolean | undefined
  readonly name?: string | undefined
  /** The remark of the face. */
  readonly tag?: string | undefined
  readonly picture: FaceSource
}

export interface CreatedPerson {
  readonly personId: string
  readonly faceId: string
  /** Sorted. */
  readonly groupIds: readonly string[]
}

/** Which person of which app. */
export interface PersonRequest {
  readonly appid: string
  readonly personId: string
}

/**
 * Makes a person with one face, and the groups that it is the first in; all of it or nothing. Rejects with PERSON_EXISTS (and
 * changes nothing), GROUP_UNKNOWN for a group that is needed, TOO_MANY_GROUPS, TOO_MANY_PERSONS, QUALITY_TOO_LOW, what the picture rejects with, and STORAGE_FAILED.
 */
export async function createPerson(gallery: Gallery, request: CreatePersonRequest): Promise<CreatedPerson> {
  const { repository, limits, engine, onAudit } = gallery
  const { appid, personId, needsGroups, name = '', tag = '', picture } = request
  const groupIds = requireGroupIds(request.groupIds, limits)
  requireId('person_id', personId)
  requireText('person_name', name)
  requireText('tag', tag)
  const make = async () => {
    // Before the picture is looked at, which costs more; what somebody else does meanwhile is seen when it is stored.
    if (await stored(repository.hasPerson(appid, personId))) throw refusals.personExists()
    const face = enrollable(await picture(), engine)
    const person = { personId, groupIds, needsGroups, name, tag: '', face, faceTag: tag }
    const faceId = await stored(repository.createPerson(appid, person, limits))
    return { personId, faceId, groupIds }
  }
  const subject = { action: 'createPerson', appid, personId, groupIds } as const
  return audited(onAudit, subject, make, ({ faceId }) => ({ faceIds: [faceId] }))
}

/** Deletes a person for good, with all faces. Rejects with PERSON_UNKNOWN. */
export async function deletePerson({ repository, onAudit }: Gallery, request: PersonRequest): Promise<void> {
  const { appid, personId } = request
  requireId('person_id', personId)
  return audited(onAudit, { action: 'deletePerson', appid, personId }, () =>
    stored(repository.deletePerson(appid, personId)),
  )
}

/** Changes the name of a person and the person's remark; what is undefined stays. Rejects with PERSON_UNKNOWN. */
export async function setPersonInfo(
  { repository, onAudit }: Gallery,
  request: PersonRequest & { readonly name?: string | undefined; readonly tag?: string | undefined },
): Promise<void> {
  const { appid, personId, name, tag } = request
  requireId('person_id', personId)
  requireText('person_name', name)
  requireText('tag', tag)
  const info = { ...(name === undefined ? {} : { name }), ...(tag === undefined ? {} : { tag }) }
  return audited(onAudit, { action: 'setPersonInfo', appid, personId }, () =>
    stored(repository.setPersonInfo(appid, personId, info)),
  )
}

/** Rejects with PERSON_UNKNOWN. */
export async function getPersonInfo({ repository, onAudit }: Gallery, request: PersonRequest): Promise<Person> {
  const { appid, personId } = request
  requireId('person_id', personId)
  return audited(onAudit, { action: 'getPersonInfo', appid, personId }, () =>
    stored(repository.findPerson(appid, personId)),
  )
}
