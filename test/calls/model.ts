import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addFaces, deleteFaces, listFaces } from '../../src/calls/faces.js'
import type { Gallery } from '../../src/calls/gallery.js'
import { addToGroups, listGroups, listPersons, removeFromGroups } from '../../src/calls/groups.js'
import { identify, verify } from '../../src/calls/identify.js'
import { createPerson, deletePerson, getPersonInfo, setPersonInfo } from '../../src/calls/persons.js'
import { type ErrorName, FaceCompareError } from '../../src/errors.js'
import type { Store } from '../../src/store/store.js'
import { faceLike } from '../support/gallery.js'

export const LIMITS = { maxGroups: 3, maxPersonsPerGroup: 2, maxFacesPerPerson: 3 }
const PERSONS = ['p', 'q', 'r', 's']
const GROUPS = ['a', 'b', 'c', 'd']
const FACES = ['one', 'two', 'three', 'four', 'five']

const personId = fc.constantFrom(...PERSONS)
const groupIds = fc.subarray(GROUPS)
const face = fc.constantFrom(...FACES)
const text = fc.constantFrom('', 'x', '王')
const replica = fc.constantFrom(0, 1)
const step = fc.oneof(
  fc.record({ call: fc.constant('create'), personId, groupIds, face, name: text, replica }),
  fc.record({ call: fc.constant('delete'), personId, replica }),
  fc.record({ call: fc.constant('set'), personId, name: text, tag: fc.option(text, { nil: undefined }), replica }),
  fc.record({ call: fc.constant('join'), personId, groupIds, replica }),
  fc.record({ call: fc.constant('leave'), personId, groupIds, replica }),
  fc.record({ call: fc.constant('add'), personId, faces: fc.array(face, { minLength: 1, maxLength: 3 }), replica }),
  // Of a person's faces those of these names, and one that nobody has.
  fc.record({ call: fc.constant('remove'), personId, faces: fc.uniqueArray(face, { minLength: 1 }), replica }),
) satisfies fc.Arbitrary<{ readonly call: string }>
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface ModelPerson {
  name: string
  tag: string
  groups: Set<string>
  /** Names of faces, by their ids. */
  faces: Map<string, string>
}

class Refused extends Error {
  readonly kind: ErrorName

  constructor(kind: ErrorName) {
    super(kind)
    this.kind = kind
  }
}

/** What the gallery should be after a sequence of calls: nothing but maps. */
class Model {
  readonly persons = new Map<string, ModelPerson>()

  groups(): string[] {
    return [...new Set([...this.persons.values()].flatMap(({ groups }) => [...groups]))].sort()
  }

  membersOf(group: string): string[] {
    return [...this.persons].flatMap(([id, { groups }]) => (groups.has(group) ? [id] : [])).sort()
  }

  person(id: string): ModelPerson {
    const person = this.persons.get(id)
    if (!person) throw new Refused('PERSON_UNKNOWN')
    return person
  }

  requireRoom(joined: readonly string[]): void {
    const known = this.groups()
    if (new Set([...known, ...joined]).size > LIMITS.maxGroups) throw new Refused('TOO_MANY_GROUPS')
    const full = joined.some((group) => this.membersOf(group).length >= LIMITS.maxPersonsPerGroup)
    if (full) throw new Refused('TOO_MANY_PERSONS')
  }
}

/** Does a step to the model, which learns the ids of new faces from what the call has answered. */
function applyToModel(model: Model, step: Step, answered: unknown): unknown {
  if ('groupIds' in step) {
    if (step.groupIds.length === 0) throw new Refused('GROUP_LIST_UNKNOWN')
    if (step.groupIds.length > LIMITS.maxGroups) throw new Refused('TOO_MANY_GROUPS')
  }
  if ('face' in step) {
    if (model.persons.has(step.personId)) throw new Refused('PERSON_EXISTS')
    model.requireRoom(step.groupIds)
    const faceId = (answered as { readonly faceId?: string }).faceId ?? ''
    const faces = new Map([[faceId, step.face]])
    model.persons.set(step.personId, { name: step.name, tag: '', groups: new Set(step.groupIds), faces })
    return { personId: step.personId, faceId, groupIds: step.groupIds.toSorted() }
  }
  const person = model.person(step.personId)
  switch (step.call) {
    case 'delete':
      model.persons.delete(step.personId)
      return undefined
    case 'set':
      if ('name' in step) Object.assign(person, { name: step.name }, step.tag === undefined ? {} : { tag: step.tag })
      return undefined
    case 'join': {
      const joined = 'groupIds' in step ? step.groupIds.filter((id) => !person.groups.has(id)) : []
      model.requireRoom(joined)
      for (const id of joined) person.groups.add(id)
      return { changed: joined.length, groupIds: [...person.groups].sort() }
    }
    case 'leave': {
      const left = 'groupIds' in step ? step.groupIds.filter((id) => person.groups.has(id)) : []
      if (left.length === 0) throw new Refused('GROUP_UNKNOWN')
      for (const id of left) person.groups.delete(id)
      return { changed: left.length, groupIds: [...person.groups].sort() }
    }
    case 'add':
      return 'faces' in step ? addToModel(person, step.faces, answered) : undefined
    default: {
      const gone = 'faces' in step ? idsOf(person, step.faces) : []
      if (gone.length === 0) throw new Refused('FACE_UNKNOWN')
      for (const id of gone) person.faces.delete(id)
      return gone
    }
  }
}

function addToModel(person: ModelPerson, faces: readonly string[], answered: unknown): readonly string[] {
  if (person.faces.size >= LIMITS.maxFacesPerPerson) throw new Refused('TOO_MANY_FACES')
  const ids = answered as readonly string[]
  return faces.map((face, i) => {
    if ([...person.faces.values()].includes(face)) return 'SAME_FACE_ADDED'
    if (person.faces.size >= LIMITS.maxFacesPerPerson) return 'TOO_MANY_FACES'
    person.faces.set(ids[i] ?? '', face)
    return ids[i] ?? ''
  })
}

function idsOf(person: ModelPerson | undefined, faces: readonly string[]): string[] {
  return [...(person?.faces ?? [])].flatMap(([id, name]) => (faces.includes(name) ? [id] : []))
}

/** Does a step with the calls. */
async function perform(step: Step, gallery: Gallery, appid: string, model: Model): Promise<unknown> {
  const person = { appid, personId: step.personId }
  if ('face' in step) {
    const { groupIds, name } = step
    return createPerson(gallery, { ...person, groupIds, name, picture: async () => faceLike(step.face) })
  }
  if (step.call === 'delete') return deletePerson(gallery, person)
  if ('name' in step) return setPersonInfo(gallery, { ...person, name: step.name, tag: step.tag })
  if ('groupIds' in step) {
    return (step.call === 'join' ? addToGroups : removeFromGroups)(gallery, { ...person, groupIds: step.groupIds })
  }
  if (!('faces' in step)) throw new Error('unreachable')
  if (step.call === 'add') {
    const pictures = step.faces.map((name) => async () => faceLike(name))
    const outcomes = await addFaces(gallery, { ...person, pictures })
    return outcomes.map((outcome) => ('faceId' in outcome ? outcome.faceId : outcome.failure.kind))
  }
  return deleteFaces(gallery, { ...person, faceIds: [...idsOf(model.persons.get(step.personId), step.faces), '1'] })
}

async function settle(work: () => unknown): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FaceCompareError || error instanceof Refused) return error.kind
    throw error
  }
}

/** Everything that the calls tell is what the model says. */
async function requireSame(model: Model, gallery: Gallery, appid: string): Promise<void> {
  expect(await listGroups(gallery, { appid })).toEqual(model.groups())
  for (const personId of PERSONS) {
    const person = model.persons.get(personId)
    const told = await settle(() => getPersonInfo(gallery, { appid, personId }))
    if (!person) {
      expect(told).toBe('PERSON_UNKNOWN')
      continue
    }
    const faceIds = await listFaces(gallery, { appid, personId })
    expect(told).toEqual({ personId, name: person.name, tag: person.tag, groupIds: [...person.groups].sort(), faceIds })
    expect([...faceIds].sort()).toEqual([...person.faces.keys()].sort())
  }
  for (const face of FACES) {
    const picture = async () => faceLike(face)
    for (const group of GROUPS) {
      const members = model.membersOf(group)
      const withFaces = members.filter((id) => model.person(id).faces.size > 0)
      const found = await settle(() => identify(gallery, { appid, groupIds: [group], picture }))
      expect(await settle(() => listPersons(gallery, { appid, groupId: group }))).toEqual(
        members.length === 0 ? 'GROUP_UNKNOWN' : members,
      )
      if (members.length === 0) expect(found).toBe('GROUP_UNKNOWN')
      else {
        const candidates = found as Awaited<ReturnType<typeof identify>>
        expect(candidates.map(({ personId }) => personId).sort()).toEqual(withFaces)
        for (const { personId, faceId, confidence } of candidates) {
          const hasIt = [...model.person(personId).faces.values()].includes(face)
          expect(confidence === 100).toBe(hasIt)
          if (hasIt) expect(model.person(personId).faces.get(faceId)).toBe(face)
          expect((await verify(gallery, { appid, personId, picture })).confidence).toBe(confidence)
        }
      }
    }
  }
}

/** Two replicas of one gallery. */
export interface Replicas {
  readonly galleries: readonly Gallery[]
  readonly close: () => Promise<void>
}

export interface Way {
  readonly kind: string
  /** Sequences of calls: where a call takes longer there are fewer. */
  readonly runs: number
  readonly openReplicas: () => Promise<Replicas>
}

export async function closeAll(
  searches: readonly { readonly close: () => Promise<void> }[],
  stores: readonly Store[],
  remove: () => Promise<void> = async () => {},
): Promise<void> {
  for (const search of searches) await search.close()
  for (const store of stores) await store.close()
  await remove()
}

/** Sequences of calls are held against a simple model. */
export function testModel({ runs, openReplicas }: Way): void {
  let replicas: Replicas

  beforeAll(async () => {
    replicas = await openReplicas()
  })

  afterAll(() => replicas?.close())

  it('answers as a simple model does, whichever replica is asked, and leaves what the model leaves', async () => {
    const everything = fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
      // A gallery of its own for each run.
      const appid = randomUUID()
      const model = new Model()
      for (const step of steps) {
        const gallery = replicas.galleries[step.replica]
        if (!gallery) throw new Error('unreachable')
        const answered = await settle(() => perform(step, gallery, appid, model))
        const expected = await settle(() => applyToModel(model, step, answered))
        if (step.call === 'remove' && Array.isArray(expected) && Array.isArray(answered)) answered.sort()
        expect(answered).toEqual(Array.isArray(expected) && step.call === 'remove' ? expected.sort() : expected)
      }
      for (const gallery of replicas.galleries) await requireSame(model, gallery, appid)
    })
    await fc.assert(everything, { numRuns: runs })
  })
}
