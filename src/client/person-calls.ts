import type { Data } from './data.js'
import { type ImageSource, readSource } from './image-source.js'
import type { FormField } from './multipart.js'
import type {
  AddedFaces,
  ChangedGroups,
  CreatedPerson,
  DeletedFaces,
  Detection,
  FaceInfo,
  Identification,
  Identifications,
  Outlines,
  PersonInfo,
  Verification,
} from './persons.js'
import {
  readAdded,
  readChanged,
  readCreated,
  readDeleted,
  readDetection,
  readFaceInfo,
  readIdentification,
  readIdentifications,
  readOutlines,
  readPersonInfo,
  readVerification,
} from './read-persons.js'
import type { AbortSignalLike } from './transport.js'

export interface CallOptions {
  /** Goes before the client's. */
  readonly timeoutMs?: number
  /** Ends the call, also while it waits to be tried again. */
  readonly signal?: AbortSignalLike
}

export interface PictureOptions extends CallOptions {
  /** Looks at the most prominent face alone. */
  readonly largestOnly?: boolean
}

export interface NewPerson {
  /** A name of your own, up to 64 characters without blanks and slashes. */
  readonly personId: string
  /** At least one. A group that nobody was in comes into being. */
  readonly groupIds: readonly string[]
  /** The most prominent face of it is enrolled. */
  readonly image: ImageSource
  readonly name?: string
  /** The remark of the face, which searches tell. */
  readonly tag?: string
}

/**
 * Faces of pictures, and persons who are enrolled. All reject as `compare` does; what is about persons rejects with
 * FaceCompareApiError of code 24 where the service keeps none.
 */
export interface PersonCalls {
  /** Where the faces of a picture are, and how they look. */
  detect(image: ImageSource, options?: PictureOptions): Promise<Detection>
  /** The faces of a picture in 88 points each. */
  shape(image: ImageSource, options?: PictureOptions): Promise<Outlines>
  createPerson(person: NewPerson, options?: CallOptions): Promise<CreatedPerson>
  /** For good, with all faces. */
  deletePerson(personId: string, options?: CallOptions): Promise<void>
  /** The most prominent face of each picture; all are bytes, or all are urls. One that is refused keeps no other out. */
  addFaces(
    personId: string,
    images: readonly ImageSource[],
    options?: CallOptions & { readonly tag?: string },
  ): Promise<AddedFaces>
  deleteFaces(personId: string, faceIds: readonly string[], options?: CallOptions): Promise<DeletedFaces>
  /** What is absent stays as it is. */
  setPersonInfo(
    personId: string,
    info: { readonly name?: string; readonly tag?: string },
    options?: CallOptions,
  ): Promise<void>
  getPersonInfo(personId: string, options?: CallOptions): Promise<PersonInfo>
  listGroups(options?: CallOptions): Promise<readonly string[]>
  listPersons(groupId: string, options?: CallOptions): Promise<readonly string[]>
  /** The ids of a person's faces, the oldest first. */
  listFaces(personId: string, options?: CallOptions): Promise<readonly string[]>
  getFaceInfo(faceId: string, options?: CallOptions): Promise<FaceInfo>
  addToGroups(personId: string, groupIds: readonly string[], options?: CallOptions): Promise<ChangedGroups>
  removeFromGroups(personId: string, groupIds: readonly string[], options?: CallOptions): Promise<ChangedGroups>
  /** Whether a picture shows a person. */
  verify(personId: string, image: ImageSource, options?: CallOptions): Promise<Verification>
  /** Who of the groups a picture may show. */
  identify(groupIds: readonly string[], image: ImageSource, options?: CallOptions): Promise<Identification>
  /** Who of the groups each face of a picture may be. */
  identifyAll(groupIds: readonly string[], image: ImageSource, options?: CallOptions): Promise<Identifications>
}

/** Sends the fields of a call to `/face/<name>`, and reads the `data` of its answer. */
export type Send = <T>(
  name: string,
  fields: () => Promise<readonly FormField[]>,
  read: (data: Data) => T,
  options: CallOptions | undefined,
) => Promise<T>

/** Fields of a call, by their names on the wire. */
type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

export function createPersonCalls(send: Send): PersonCalls {
  const about = <T>(name: string, fields: Fields, read: (data: Data) => T, options: CallOptions | undefined) =>
    send(name, async () => formOf(fields), read, options)
  const withImage = <T>(
    name: string,
    fields: Fields,
    image: ImageSource,
    read: (data: Data) => T,
    options: CallOptions | undefined,
  ) => send(name, async () => [...formOf(fields), await imageField(image)], read, options)
  const done = () => {}
  const mode = (options?: PictureOptions) => ({ mode: options?.largestOnly ? '1' : '0' })
  const of = (person_id: string) => ({ person_id })
  return {
    detect: (image, options) => withImage('detect', mode(options), image, readDetection, options),
    shape: (image, options) => withImage('shape', mode(options), image, readOutlines, options),
    createPerson({ personId, groupIds, image, name, tag }, options) {
      const fields = { ...of(personId), group_ids: groupIds, person_name: name, tag }
      return withImage('newperson', fields, image, readCreated, options)
    },
    deletePerson: (personId, options) => about('delperson', of(personId), done, options),
    addFaces(personId, images, options) {
      const fields = { ...of(personId), tag: options?.tag }
      return send('addface', async () => [...formOf(fields), ...(await imageFields(images))], readAdded, options)
    },
    deleteFaces: (personId, faceIds, options) =>
      about('delface', { ...of(personId), face_ids: faceIds }, readDeleted, options),
    setPersonInfo: (personId, { name, tag }, options) =>
      about('setinfo', { ...of(personId), person_name: name, tag }, done, options),
    getPersonInfo: (personId, options) => about('getinfo', of(personId), readPersonInfo, options),
    listGroups: (options) => about('getgroupids', {}, (data) => data.texts('group_ids'), options),
    listPersons: (groupId, options) =>
      about('getpersonids', { group_id: groupId }, (data) => data.texts('person_ids'), options),
    listFaces: (personId, options) => about('getfaceids', of(personId), (data) => data.texts('face_ids'), options),
    getFaceInfo: (faceId, options) => about('getfaceinfo', { face_id: faceId }, readFaceInfo, options),
    addToGroups: (personId, groupIds, options) =>
      about('addgroupids', { ...of(personId), group_ids: groupIds }, readChanged('added'), options),
    removeFromGroups: (personId, groupIds, options) =>
      about('delgroupids', { ...of(personId), group_ids: groupIds }, readChanged('deleted'), options),
    verify: (personId, image, options) => withImage('verify', of(personId), image, readVerification, options),
    identify: (groupIds, image, options) =>
      withImage('identify', { group_ids: groupIds }, image, readIdentification, options),
    identifyAll: (groupIds, image, options) =>
      withImage('multidentify', { group_ids: groupIds }, image, readIdentifications, options),
  }
}

/** Lists as the original service takes them in multipart: `group_ids[0]`, `group_ids[1]`, ... */
function formOf(fields: Fields): readonly FormField[] {
  return Object.entries(fields).flatMap(([name, value = []]) =>
    typeof value === 'string' ? [{ name, value }] : value.map((each, i) => ({ name: `${name}[${i}]`, value: each })),
  )
}

async function imageField(image: ImageSource): Promise<FormField> {
  const source = await readSource(image, 'the image')
  return 'url' in source ? { name: 'url', value: source.url } : { name: 'image', value: source.bytes }
}

async function imageFields(images: readonly ImageSource[]): Promise<readonly FormField[]> {
  const sources = await Promise.all(images.map((image, i) => readSource(image, `image ${i + 1}`)))
  const fields = sources.map((source, i) =>
    'url' in source ? { name: `urls[${i}]`, value: source.url } : { name: `images[${i}]`, value: source.bytes },
  )
  const urls = fields.filter(({ name }) => name.startsWith('urls'))
  // The service uses the urls alone where there are both.
  if (urls.length > 0 && urls.length < fields.length) {
    throw new TypeError('Expected the images to be all bytes or all urls but received both.')
  }
  return fields
}
