import { type ErrorName, FaceCompareError } from '../errors.js'
import type { GalleryLimits } from './gallery.js'

/** Person ids are left out of all sentences: they may be names of people, and sentences go into logs. */
export const refusals = {
  personExists: () => new FaceCompareError('PERSON_EXISTS', 'There is a person of this person_id already.'),
  personUnknown: () => new FaceCompareError('PERSON_UNKNOWN', 'There is no person of this person_id.'),
  noSuchFace: () => new FaceCompareError('FACE_UNKNOWN', 'There is no face of this face_id.'),
  noneOfTheFaces: () => new FaceCompareError('FACE_UNKNOWN', 'The person has none of these faces.'),
  noFaceToCompare: () =>
    new FaceCompareError('FACE_UNKNOWN', 'The person has no face that the model pack in use has made.'),
  groupUnknown: (groupId: string) => new FaceCompareError('GROUP_UNKNOWN', `Nobody is in a group ${groupId}.`),
  inNoneOfTheGroups: () => new FaceCompareError('GROUP_UNKNOWN', 'The person is in none of these groups.'),
  noGroups: () => new FaceCompareError('GROUP_LIST_UNKNOWN', 'The list of groups is empty.'),
  tooManyGroups: ({ maxGroups }: GalleryLimits) =>
    new FaceCompareError('TOO_MANY_GROUPS', `There can be no more than ${maxGroups} groups.`),
  tooManyPersons: (groupId: string, { maxPersonsPerGroup }: GalleryLimits) =>
    new FaceCompareError(
      'TOO_MANY_PERSONS',
      `The group ${groupId} has ${maxPersonsPerGroup} persons, and takes no more.`,
    ),
  tooManyFaces: (maxFaces: number) =>
    new FaceCompareError('TOO_MANY_FACES', `The person has ${maxFaces} faces, and takes no more.`),
  tooManyPictures: (maxFaces: number) =>
    new FaceCompareError(
      'TOO_MANY_FACES',
      `A person has at most ${maxFaces} faces; the call has more pictures than that.`,
    ),
  sameFace: () => new FaceCompareError('SAME_FACE_ADDED', 'The person has nearly the same face already.'),
}

const GONE: readonly ErrorName[] = ['PERSON_UNKNOWN', 'FACE_UNKNOWN', 'GROUP_UNKNOWN']

/** Undefined where what was just seen is not there any more: somebody else has deleted it meanwhile. Everything else as it is. */
export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof FaceCompareError && GONE.includes(error.kind)) return undefined
    throw error
  }
}
