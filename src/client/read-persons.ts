import { type Data, MismatchError } from './data.js'
import type {
  AddedFaces,
  Candidate,
  ChangedGroups,
  CreatedPerson,
  DeletedFaces,
  Detection,
  FaceAttributes,
  FaceBox,
  FaceInfo,
  FaceOutline,
  FacePoint,
  Identification,
  Identifications,
  Outlines,
  PersonInfo,
  Verification,
} from './persons.js'

const told = (data: Data) => ({ sessionId: data.text('session_id') })

const size = (data: Data) => ({ imageWidth: data.number('image_width'), imageHeight: data.number('image_height') })

const readBox = (face: Data): FaceBox => ({
  ...{ x: face.number('x'), y: face.number('y'), width: face.number('width'), height: face.number('height') },
})

function readAttributes(face: Data): FaceAttributes {
  return dropAbsent({
    pitchDegrees: face.maybeNumber('pitch'),
    yawDegrees: face.maybeNumber('yaw'),
    rollDegrees: face.maybeNumber('roll'),
    age: face.maybeNumber('age'),
    gender: face.maybeNumber('gender'),
    expression: face.maybeNumber('expression'),
    hasGlasses: face.maybeFlag('glass'),
  })
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

function dropAbsent<T extends object>(fields: T): Present<T> {
  const present: Present<T> = { ...fields }
  for (const name in present) if (present[name] === undefined) delete present[name]
  return present
}

export function readDetection(data: Data): Detection {
  const faces = data.objects('face').map((face) => ({ box: readBox(face), ...readAttributes(face) }))
  return { ...size(data), faces, ...told(data) }
}

export function readOutlines(data: Data): Outlines {
  return { ...size(data), faces: data.objects('face_shape').map(readOutline), ...told(data) }
}

function readOutline(face: Data): FaceOutline {
  const points = (name: string): readonly FacePoint[] => {
    return face.objects(name).map((point) => ({ x: point.number('x'), y: point.number('y') }))
  }
  return {
    profile: points('face_profile'),
    leftEye: points('left_eye'),
    rightEye: points('right_eye'),
    leftEyebrow: points('left_eyebrow'),
    rightEyebrow: points('right_eyebrow'),
    mouth: points('mouth'),
    nose: points('nose'),
  }
}

export const readCreated = (data: Data): CreatedPerson => ({
  personId: data.text('person_id'),
  faceId: data.text('face_id'),
  groupIds: data.texts('group_ids'),
  ...told(data),
})

export const readPersonInfo = (data: Data): PersonInfo => ({
  personId: data.text('person_id'),
  name: data.text('person_name'),
  tag: data.text('tag'),
  faceIds: data.texts('face_ids'),
  groupIds: data.texts('group_ids'),
  ...told(data),
})

export function readAdded(data: Data): AddedFaces {
  const faceIds = data.texts('face_ids')
  const codes = data.numbers('ret_codes')
  if (faceIds.length !== codes.length) throw new MismatchError('There are not as many faces as codes.')
  const faces = codes.map((code, i) => (code === 0 ? { code, faceId: faceIds[i] ?? '' } : { code }))
  return { faces, ...told(data) }
}

export const readDeleted = (data: Data): DeletedFaces => ({ faceIds: data.texts('face_ids'), ...told(data) })

export function readFaceInfo(data: Data): FaceInfo {
  const face = data.object('face_info')
  // Nothing but the id is kept of a face that came without its picture.
  const box = face.maybeNumber('width') === undefined ? {} : { box: readBox(face) }
  return { faceId: face.text('face_id'), ...box, ...readAttributes(face) }
}

export const readChanged = (counted: 'added' | 'deleted') => {
  return (data: Data): ChangedGroups => ({
    changed: data.number(counted),
    groupIds: data.texts('group_ids'),
    ...told(data),
  })
}

export const readVerification = (data: Data): Verification => ({
  confidence: data.number('confidence'),
  match: data.flag('ismatch'),
  ...told(data),
})

const readCandidates = (data: Data): readonly Candidate[] => {
  return data.objects('candidates').map((candidate) => ({
    personId: candidate.text('person_id'),
    faceId: candidate.text('face_id'),
    confidence: candidate.number('confidence'),
    tag: candidate.text('tag'),
  }))
}

export const readIdentification = (data: Data): Identification => ({ candidates: readCandidates(data), ...told(data) })

export const readIdentifications = (data: Data): Identifications => ({
  faces: data.objects('results').map((face) => {
    return { box: readBox(face.object('face_rect')), candidates: readCandidates(face) }
  }),
  ...told(data),
})
