/** The calls of programs that were written for other clouds: good ones, bad ones, and those that were made to do harm. */
import { headOf, type WireRequest } from '../test/support/wires.js'
import { type Door, doorKind, IAI_DOOR, REKOGNITION_DOOR, type Refusals, sendToDoor } from './soak-doors.js'
import { type CallKind, OK, orBusy, type Scene } from './soak-kinds.js'
import { mutate } from './soak-mutate.js'
import { APPS } from './soak-site.js'
import { leaveAfter, type Reply } from './soak-wire.js'

type Judge = NonNullable<CallKind['judge']>

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const images = (a: Uint8Array, b: Uint8Array): Readonly<Record<string, unknown>> => ({
  ImageA: base64(a),
  ImageB: base64(b),
})
const pictures = (source: Uint8Array, target: Uint8Array): Readonly<Record<string, unknown>> => ({
  SourceImage: { Bytes: base64(source) },
  TargetImage: { Bytes: base64(target) },
})

type Options = Parameters<Door['request']>[2]

const ask = (door: Door, call: string, members: object, options?: Options) =>
  door.request(call, JSON.stringify(members), options)

/** The comparison of both doors. */
const compare = (door: Door, a: Uint8Array, b: Uint8Array, options?: Options): WireRequest =>
  door === IAI_DOOR
    ? ask(door, 'CompareFace', images(a, b), options)
    : ask(door, 'CompareFaces', pictures(a, b), options)

const DOORS = [REKOGNITION_DOOR, IAI_DOOR] as const

const hasList = (name: string, least: number): Judge => {
  return ({ [name]: list }) =>
    Array.isArray(list) && list.length >= least ? undefined : `fewer than ${least} in ${name} of an answer`
}

/** 40 is a match on the scale of model 3.0. */
const isSameMan: Judge = ({ Score, FaceMatches }) => {
  if (typeof Score === 'number') return Score >= 40 ? undefined : `a Score of ${Score} where 40 or more is right`
  return hasList('FaceMatches', 1)({ FaceMatches })
}

function good(door: Door, name: string, judge: Judge, make: (scene: Scene) => WireRequest): CallKind {
  return doorKind({ door, nature: 'good', name, refusals: [], judge, make })
}

let lastCollection = 0

/** A collection that is made, filled, searched and deleted. */
async function collect({ port, man, manAgain }: Scene): Promise<Reply> {
  const CollectionId = `collection-${++lastCollection}`
  const say = (call: string, members: object = {}) =>
    sendToDoor(port, REKOGNITION_DOOR, ask(REKOGNITION_DOOR, call, { CollectionId, ...members }), [])
  const steps: readonly (readonly [string, object])[] = [
    ['CreateCollection', {}],
    ['IndexFaces', { Image: { Bytes: base64(man) }, ExternalImageId: 'man' }],
    ['SearchFacesByImage', { Image: { Bytes: base64(manAgain) } }],
  ]
  let reply: Reply = { end: 'left' }
  for (const [call, members] of steps) {
    reply = await say(call, members)
    if (reply.end !== 'answered' || reply.code !== OK) break
  }
  await say('DeleteCollection')
  return reply
}

export const GOOD_DOOR_KINDS: readonly CallKind[] = [
  ...DOORS.map((door) =>
    good(door, 'two pictures of a man', isSameMan, ({ man, manAgain }) => compare(door, man, manAgain)),
  ),
  good(REKOGNITION_DOOR, 'as older clients sign', isSameMan, ({ man, manAgain }) =>
    compare(REKOGNITION_DOOR, man, manAgain, { isHashed: false }),
  ),
  good(REKOGNITION_DOOR, 'all faces of a group', hasList('FaceDetails', 2), ({ group }) =>
    ask(REKOGNITION_DOOR, 'DetectFaces', { Image: { Bytes: base64(group) } }),
  ),
  {
    name: 'rekognition: the life of a collection',
    nature: 'good',
    codes: orBusy(OK),
    send: collect,
    judge: hasList('FaceMatches', 1),
  },
  good(IAI_DOOR, 'two urls', isSameMan, ({ imagesUrl }) =>
    ask(IAI_DOOR, 'CompareFace', { UrlA: `${imagesUrl}/man`, UrlB: `${imagesUrl}/manAgain` }),
  ),
  good(IAI_DOOR, 'the faces of a group', hasList('FaceInfos', 2), ({ group }) =>
    ask(IAI_DOOR, 'DetectFace', { Image: base64(group), MaxFaceNum: 10, MinFaceSize: 0 }),
  ),
]

const HOUR_SECONDS = 3600
const now = () => Math.floor(Date.now() / 1000)

function bad(name: string, refusals: Refusals, make: (scene: Scene, door: Door) => WireRequest): readonly CallKind[] {
  return DOORS.map((door) => doorKind({ door, nature: 'bad', name, refusals, make: (scene) => make(scene, door) }))
}

/** Refused for its signature. */
const signedWrongly = (name: string, refusals: Refusals, options: () => Options) =>
  bad(name, refusals, ({ man, manAgain }, door) => compare(door, man, manAgain, options()))

export const BAD_DOOR_KINDS: readonly CallKind[] = [
  ...signedWrongly('a forged signature', ['SIGNATURE_WRONG'], () => ({
    credential: { ...APPS.main, secretKey: 'not the key' },
  })),
  ...signedWrongly('an unknown key', ['SECRET_ID_UNKNOWN'], () => ({
    credential: { ...APPS.main, secretId: 'AKIDnobody' },
  })),
  ...signedWrongly('a revoked key', ['SECRET_ID_UNKNOWN'], () => ({ credential: APPS.revoked })),
  ...signedWrongly('an app that is switched off', ['SECRET_ID_UNKNOWN'], () => ({ credential: APPS.switchedOff })),
  ...signedWrongly('an old signature', ['SIGNATURE_EXPIRED'], () => ({ seconds: now() - HOUR_SECONDS })),
  ...bad('no face', ['FACE_NOT_DETECTED'], ({ man, noFace }, door) => compare(door, noFace, man)),
  ...bad('a text for a picture', ['IMAGE_FORMAT_UNSUPPORTED'], ({ man }, door) =>
    compare(door, man, Buffer.from('This is no picture.')),
  ),
  ...bad('no JSON', ['BAD_REQUEST'], (_scene, door) =>
    door.request(door === IAI_DOOR ? 'CompareFace' : 'CompareFaces', '{'),
  ),
  ...bad('nothing in its body', ['PARAMETER_MISSING', 'INVALID_PARAMETER'], (_scene, door) =>
    ask(door, door === IAI_DOOR ? 'CompareFace' : 'CompareFaces', {}),
  ),
  ...bad('nobody to search among', ['GROUP_UNKNOWN'], ({ man }, door) =>
    door === IAI_DOOR
      ? ask(door, 'SearchFaces', { GroupIds: ['nowhere'], Image: base64(man) })
      : ask(door, 'SearchFacesByImage', { CollectionId: 'nowhere', Image: { Bytes: base64(man) } }),
  ),
  doorKind({
    door: REKOGNITION_DOOR,
    nature: 'bad',
    name: 'an object of a bucket',
    refusals: ['URL_DOWNLOAD_FAILED'],
    make: () => ask(REKOGNITION_DOOR, 'DetectFaces', { Image: { S3Object: { Bucket: '..', Name: '../etc/passwd' } } }),
  }),
  doorKind({
    door: IAI_DOOR,
    nature: 'bad',
    name: 'a url of the metadata service',
    refusals: ['URL_UNREACHABLE'],
    make: () => ask(IAI_DOOR, 'DetectFace', { Url: 'http://169.254.169.254/latest' }),
  }),
]

/** Whatever a body may say that was changed at random. */
const ANYTHING_SAID: Refusals = [
  'BAD_REQUEST',
  'INVALID_PARAMETER',
  'PARAMETER_MISSING',
  'IMAGE_FORMAT_UNSUPPORTED',
  'IMAGE_UNDECODABLE',
  'IMAGE_EMPTY',
  'FACE_NOT_DETECTED',
]

const hostile = (
  name: string,
  refusals: Refusals,
  make: (scene: Scene, door: Door) => WireRequest,
  mayPass = false,
): readonly CallKind[] =>
  DOORS.map((door) =>
    doorKind({ door, nature: 'hostile', name, refusals, mayPass, make: (scene) => make(scene, door) }),
  )

const callOf = (door: Door) => (door === IAI_DOOR ? 'CompareFace' : 'CompareFaces')

export const HOSTILE_DOOR_KINDS: readonly CallKind[] = [
  ...hostile(
    'JSON with random changes',
    ANYTHING_SAID,
    ({ man, random }, door) =>
      door.request(callOf(door), mutate(Buffer.from(compare(door, man.subarray(0, 200), man).body), random)),
    true,
  ),
  ...hostile(
    'a body that was changed on its way',
    ['SIGNATURE_WRONG'],
    ({ man, random }, door) => {
      const request = compare(door, man, man)
      return { ...request, body: mutate(Buffer.from(request.body), random) }
    },
    // A change may put there what was there.
    true,
  ),
  ...hostile('Base64 in lines of a digit', ['BAD_REQUEST', 'IMAGE_FORMAT_UNSUPPORTED'], ({ man }, door) => {
    const lines = 'A\n'.repeat(500_000)
    const whole = base64(man)
    return door === IAI_DOOR
      ? ask(door, 'CompareFace', { ImageA: lines, ImageB: whole })
      : ask(door, 'CompareFaces', { SourceImage: { Bytes: lines }, TargetImage: { Bytes: whole } })
  }),
  ...hostile('100,000 brackets', ['BAD_REQUEST'], (_scene, door) =>
    door.request(callOf(door), `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  ),
  {
    name: 'iai: much in the name of somebody else',
    nature: 'hostile',
    codes: [],
    send({ port, man }) {
      const forged = compare(IAI_DOOR, man, man, { credential: { ...APPS.main, secretKey: 'not the key' } })
      return leaveAfter(port, Buffer.concat([Buffer.from(headOf(forged, 5_000_000)), Buffer.alloc(2_000_000)]), 500)
    },
  },
]
