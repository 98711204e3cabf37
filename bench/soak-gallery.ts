/** The calls about faces and persons: good ones, and one for each code that they alone are refused with. */
import { ERRORS } from '../src/errors.js'
import {
  type CallKind,
  codeOf,
  httpKind,
  jsonCall,
  type ListFields,
  multipartCall,
  OK,
  orBusy,
  type Scene,
} from './soak-kinds.js'
import { LIMITS } from './soak-site.js'
import { callHttp, type HttpCall, type Reply } from './soak-wire.js'

type Judge = NonNullable<CallKind['judge']>
type Answered = Extract<Reply, { readonly end: 'answered' }>

/** Two persons who are there all the time, in a group that is full with them. */
const RESIDENT = 'resident'
const NEIGHBOUR = 'neighbour'
const RESIDENTS = 'residents'
const MATCH_SCORE = 70

const toFamily = (path: string, fields: ListFields): HttpCall => ({ ...jsonCall(fields), path: `/face/${path}` })

function good(name: string, judge: Judge, make: (scene: Scene) => HttpCall): CallKind {
  return { ...httpKind('good', name, orBusy(OK), make), judge }
}

const has = (...names: readonly string[]): Judge => {
  return (data) => {
    const missing = names.filter((name) => data[name] === undefined)
    return missing.length > 0 ? `an answer without ${missing.join(', ')}` : undefined
  }
}

const hasListed = (name: string, wanted: unknown): Judge => {
  return ({ [name]: list }) => {
    return Array.isArray(list) && list.includes(wanted) ? undefined : `${String(wanted)} is not in ${name}`
  }
}

/** The first candidate of an answer, where it resembles the picture well. */
function firstMatch({ candidates }: Readonly<Record<string, unknown>>): unknown {
  const [first]: readonly unknown[] = Array.isArray(candidates) ? candidates : []
  if (typeof first !== 'object' || first === null || !('person_id' in first && 'confidence' in first)) return undefined
  return Number(first.confidence) >= MATCH_SCORE ? first.person_id : undefined
}

const isResident: Judge = (data) => {
  return firstMatch(data) === RESIDENT ? undefined : 'the resident was not found'
}

/** Enrols those who are there all the time. */
export async function enrolResidents({ port, man, woman }: Scene): Promise<void> {
  for (const [person_id, image] of [
    [RESIDENT, man],
    [NEIGHBOUR, woman],
  ] as const) {
    const reply = await callHttp(port, toFamily('newperson', { person_id, group_ids: [RESIDENTS], image }))
    if (reply.end !== 'answered' || reply.code !== OK) {
      throw new Error(`The service does not enrol a person: ${JSON.stringify(reply)}`)
    }
  }
}

let lastPerson = 0

/** Somebody who is enrolled, found, put into a group and out of it, deleted, and found no more. */
async function liveAndDie({ port, woman, man, manAgain }: Scene): Promise<Reply> {
  lastPerson++
  const person_id = `person-${lastPerson}`
  const group = `group-${lastPerson}`
  const say = (path: string, fields: ListFields) => callHttp(port, toFamily(path, { person_id, ...fields }))
  const search = () => callHttp(port, toFamily('identify', { group_id: group, image: manAgain }))
  const steps: readonly (() => Promise<Reply>)[] = [
    () => say('newperson', { group_ids: [group], image: man, person_name: '王', tag: 'one' }),
    async () => expecting(await search(), (data) => firstMatch(data) === person_id, 'was not found'),
    () => say('addface', { images: [woman], tag: 'two' }),
    () => say('addgroupids', { group_ids: [`${group}-b`] }),
    () => say('delgroupids', { group_ids: [`${group}-b`] }),
    () => say('setinfo', { person_name: 'another' }),
  ]
  let reply: Reply = { end: 'left' }
  for (const step of steps) {
    reply = await step()
    if (reply.end !== 'answered' || reply.code !== OK || reply.data.wrong !== undefined) break
  }
  const deleted = await say('delperson', {})
  if (reply.end !== 'answered' || reply.code !== OK || deleted.end !== 'answered') return reply
  const after = await search()
  const isGone = after.end === 'answered' && [codeOf('GROUP_UNKNOWN'), ...orBusy()].includes(after.code)
  return isGone ? deleted : { ...deleted, data: { ...deleted.data, wrong: 'a person who was deleted was found' } }
}

/** An answer with a note where it says something else than it must; `judge` reads that. */
function expecting(reply: Reply, isRight: (data: Answered['data']) => boolean, wrong: string): Reply {
  if (reply.end !== 'answered' || reply.code !== OK || isRight(reply.data)) return reply
  return { ...reply, data: { ...reply.data, wrong: `a person who was enrolled ${wrong}` } }
}

export const GOOD_GALLERY_KINDS: readonly CallKind[] = [
  good('detect', has('face', 'image_width'), ({ man }) => toFamily('detect', { image: man, mode: '1' })),
  good('detect all of a group', has('face'), ({ group }) => ({
    ...multipartCall({ image: group, mode: '0' }),
    path: '/face/detect',
  })),
  good('shape', has('face_shape'), ({ woman }) => toFamily('shape', { image: woman, mode: '1' })),
  good('verify', has('confidence', 'ismatch'), ({ manAgain }) =>
    toFamily('verify', { person_id: RESIDENT, image: manAgain }),
  ),
  good('identify', isResident, ({ manAgain }) => toFamily('identify', { group_id: RESIDENTS, image: manAgain })),
  good('identify by a url', isResident, ({ imagesUrl }) =>
    toFamily('identify', { group_ids: [RESIDENTS], url: `${imagesUrl}/manAgain` }),
  ),
  good('multidentify', has('results'), ({ group }) => toFamily('multidentify', { group_id: RESIDENTS, image: group })),
  good('getinfo', hasListed('group_ids', RESIDENTS), () => toFamily('getinfo', { person_id: RESIDENT })),
  good('addface of the same face', hasListed('ret_codes', ERRORS.SAME_FACE_ADDED.code), ({ man }) =>
    toFamily('addface', { person_id: RESIDENT, images: [man] }),
  ),
  { ...good('getgroupids', hasListed('group_ids', RESIDENTS), () => toFamily('getgroupids', {})), isBare: true },
  {
    ...good('getpersonids', hasListed('person_ids', NEIGHBOUR), () =>
      toFamily('getpersonids', { group_id: RESIDENTS }),
    ),
    isBare: true,
  },
  { ...good('getfaceids', has('face_ids'), () => toFamily('getfaceids', { person_id: RESIDENT })), isBare: true },
  {
    name: 'the life of a person',
    nature: 'good',
    codes: orBusy(OK),
    send: liveAndDie,
    judge: ({ wrong }) => (wrong === undefined ? undefined : String(wrong)),
  },
]

const bad = (name: string, codes: readonly number[], make: (scene: Scene) => HttpCall) =>
  httpKind('bad', name, codes, make)

const refused = (name: string, path: string, code: number, fields: (scene: Scene) => ListFields) =>
  bad(name, orBusy(code), (scene) => toFamily(path, fields(scene)))

const many = (count: number) => Array.from({ length: count }, (_, i) => `many-${i}`)

export const BAD_GALLERY_KINDS: readonly CallKind[] = [
  refused('a person who is there', 'newperson', codeOf('PERSON_EXISTS'), ({ man }) => {
    return { person_id: RESIDENT, group_ids: ['nobody'], image: man }
  }),
  refused('a person in no group', 'newperson', codeOf('GROUP_LIST_UNKNOWN'), ({ man }) => {
    return { person_id: 'nobody', group_ids: [], image: man }
  }),
  refused('a person without a face', 'newperson', codeOf('FACE_NOT_DETECTED'), ({ noFace }) => {
    return { person_id: 'nobody', group_ids: ['nobody'], image: noFace }
  }),
  refused('a person in a full group', 'newperson', codeOf('TOO_MANY_PERSONS'), ({ man }) => {
    return { person_id: 'nobody', group_ids: [RESIDENTS], image: man }
  }),
  refused('a person in too many groups', 'newperson', codeOf('TOO_MANY_GROUPS'), ({ man }) => {
    return { person_id: 'nobody', group_ids: many(LIMITS.maxGroups + 1), image: man }
  }),
  refused('too many faces', 'addface', codeOf('TOO_MANY_FACES'), ({ noFace }) => {
    return { person_id: RESIDENT, images: many(LIMITS.maxFacesPerPerson + 1).map(() => noFace) }
  }),
  refused('nobody', 'getinfo', codeOf('PERSON_UNKNOWN'), () => ({ person_id: 'nobody' })),
  refused('nobody to delete', 'delperson', codeOf('PERSON_UNKNOWN'), () => ({ person_id: 'nobody' })),
  refused('no such face', 'getfaceinfo', codeOf('FACE_UNKNOWN'), () => ({ face_id: '1' })),
  refused('no such group', 'identify', codeOf('GROUP_UNKNOWN'), ({ man }) => ({ group_id: 'nowhere', image: man })),
  refused('an id with a blank', 'getinfo', codeOf('PARAMETER_INVALID'), () => ({ person_id: 'a b' })),
  refused('an id of 100 characters', 'getinfo', codeOf('PARAMETER_TOO_LONG'), () => ({ person_id: 'x'.repeat(100) })),
  refused('a mode that there is not', 'detect', codeOf('INVALID_PARAMETER'), ({ man }) => ({ image: man, mode: '7' })),
  bad('a call that is not answered', [codeOf('INTERFACE_NOT_SUPPORTED')], ({ man }) =>
    toFamily('livedetectpicture', { image: man }),
  ),
]
