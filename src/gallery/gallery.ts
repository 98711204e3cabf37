import type { Box } from '../engine/face.js'
import type { CohortScale } from '../score/cohort.js'

/** What a face is told from others by, and nothing that shows it. A `Face` of the engine has all of it. */
export interface Template {
  /** The model pack that made it. Templates of two packs are never compared. */
  readonly packId: string
  /** Unit length. */
  readonly embedding: Float32Array
  readonly cohort: CohortScale
}

/** What was read from the picture of a face besides its template; absent where nobody asked for it. */
export interface FaceAttributes {
  /** Pixels of the upright picture. */
  readonly box: Box
  /** Up and down, left and right, in the plane of the picture. */
  readonly pitchDegrees?: number | undefined
  readonly yawDegrees?: number | undefined
  readonly rollDegrees?: number | undefined
  /** Years. */
  readonly age?: number | undefined
  /** 0 (female) to 100 (male). */
  readonly gender?: number | undefined
  /** 0 (none) to 100 (laughing). */
  readonly expression?: number | undefined
  readonly glass?: boolean | undefined
}

/** A face to enrol. */
export interface NewFace {
  readonly template: Template
  readonly attributes?: FaceAttributes | undefined
}

export interface NewPerson {
  readonly personId: string
  /** At least one, each once. */
  readonly groupIds: readonly string[]
  /** Whether the person is made only while all of the groups are there; else those that are not are made with it. */
  readonly needsGroups?: boolean | undefined
  readonly name: string
  /** The remark of the person. */
  readonly tag: string
  readonly face: NewFace
  /** The remark of the face. */
  readonly faceTag: string
}

export interface PersonInfo {
  readonly name: string
  readonly tag: string
}

export interface Person extends PersonInfo {
  readonly personId: string
  /** Sorted. */
  readonly groupIds: readonly string[]
  /** The oldest first. */
  readonly faceIds: readonly string[]
}

/** What may be shown of an enrolled face. */
export interface FaceRecord {
  readonly faceId: string
  readonly personId: string
  readonly tag: string
  readonly madeAt: Date
  readonly packId: string
  readonly attributes: FaceAttributes | undefined
}

/** An enrolled face, and what it is told by. */
export interface StoredTemplate {
  readonly faceId: string
  readonly personId: string
  readonly tag: string
  readonly template: Template
}

export interface GalleryLimits {
  /** Of one app. */
  readonly maxGroups: number
  readonly maxPersonsPerGroup: number
  readonly maxFacesPerPerson: number
}

/** Those that the original service published. */
export const PUBLISHED_LIMITS: GalleryLimits = { maxGroups: 5000, maxPersonsPerGroup: 20_000, maxFacesPerPerson: 20 }

/** What became of a face that was to be added. */
export type AddedFace = { readonly faceId: string } | { readonly refusal: 'SAME_FACE_ADDED' | 'TOO_MANY_FACES' }

export interface AddOptions {
  /** The remark of the faces. */
  readonly tag: string
  readonly maxFacesPerPerson: number
  /** Whether two templates are of nearly the same face; asked of those of one pack alone. */
  readonly isSame: (a: Template, b: Template) => boolean
}

/** A group that is made before its first person. */
export interface NewGroup {
  readonly groupId: string
  readonly name: string
  /** A remark. */
  readonly tag: string
}

/** Name and remark are empty, and there is no time, where the group came with its first person. */
export interface ListedGroup extends NewGroup {
  readonly persons: number
  readonly madeAt: Date | undefined
}

export interface MemberCounts {
  readonly persons: number
  readonly faces: number
}

export interface FacePage {
  /** These alone; all when absent. */
  readonly faceIds?: readonly string[] | undefined
  /** Faces with greater ids. */
  readonly after?: string | undefined
  readonly count: number
}

export interface GroupFace {
  readonly faceId: string
  readonly personId: string
  readonly tag: string
}

/** How many groups a change has joined or left, and all that the person is in now, sorted. */
export interface GroupChange {
  readonly changed: number
  readonly groupIds: readonly string[]
}

/**
 * Persons, their groups and faces. Everything of an appid is apart from every other one's. Every change is one transaction, and
 * durable when its promise resolves; changes of all processes come one after the other. Ids and texts must have been checked.
 * Unknown persons, groups and faces reject with FaceCompareError PERSON_UNKNOWN, GROUP_UNKNOWN and FACE_UNKNOWN, limits with
 * TOO_MANY_GROUPS, TOO_MANY_PERSONS and TOO_MANY_FACES; then nothing was changed.
 */
export interface GalleryRepository {
  /** Whether there is such a person. */
  hasPerson(appid: string, personId: string): Promise<boolean>
  /** Resolves with the id of the face. Rejects with PERSON_EXISTS, and with GROUP_UNKNOWN for a group that is needed. */
  createPerson(appid: string, person: NewPerson, limits: GalleryLimits): Promise<string>
  /** For good: with faces and groups. */
  deletePerson(appid: string, personId: string): Promise<void>
  /** What is undefined stays as it is. */
  setPersonInfo(appid: string, personId: string, info: Partial<PersonInfo>): Promise<void>
  findPerson(appid: string, personId: string): Promise<Person>
  addToGroups(appid: string, personId: string, groupIds: readonly string[], limits: GalleryLimits): Promise<GroupChange>
  /** Rejects with GROUP_UNKNOWN when the person is in none of them. */
  removeFromGroups(appid: string, personId: string, groupIds: readonly string[]): Promise<GroupChange>
  /**
   * Makes a group that needs no person to be there: it stays until {@link dropGroup}. Resolves with false when there is a group of this id
   * already. Rejects with TOO_MANY_GROUPS.
   */
  makeGroup(appid: string, group: NewGroup, limits: GalleryLimits): Promise<boolean>
  /** Takes a person out of a group, and deletes one that is in no other; does nothing to one that is not in it, or not there. */
  expel(appid: string, personId: string, groupId: string): Promise<void>
  /** Ends a group that nobody is in; does nothing to another one, and resolves with false. */
  dropGroup(appid: string, groupId: string): Promise<boolean>
  /** Those that have a person, sorted. */
  listGroups(appid: string): Promise<readonly string[]>
  /** Also those that nobody is in; by their ids. */
  describeGroups(appid: string): Promise<readonly ListedGroup[]>
  /** Of persons who are in any of the groups. */
  countMembers(appid: string, groupIds: readonly string[]): Promise<MemberCounts>
  /** Faces of the persons of a group, by their ids. Rejects with GROUP_UNKNOWN. */
  listFaces(appid: string, groupId: string, page: FacePage): Promise<readonly GroupFace[]>
  /** Sorted; nobody for a group that was made and is empty. */
  listPersons(appid: string, groupId: string): Promise<readonly string[]>
  /** Rejects with GROUP_UNKNOWN unless all of them have somebody in them or were made as such. */
  requireGroups(appid: string, groupIds: readonly string[]): Promise<void>
  /** One outcome for each face, in their order. */
  addFaces(
    appid: string,
    personId: string,
    faces: readonly NewFace[],
    options: AddOptions,
  ): Promise<readonly AddedFace[]>
  /**
   * Resolves with the ids of those that were deleted; `andFaceless` deletes a person that has no face left as well. Rejects with
   * FACE_UNKNOWN when the person has none of them.
   */
  deleteFaces(
    appid: string,
    personId: string,
    faceIds: readonly string[],
    options?: { readonly andFaceless?: boolean | undefined },
  ): Promise<readonly string[]>
  findFace(appid: string, faceId: string): Promise<FaceRecord>
  /** The faces of a person that one pack has made. */
  readTemplates(appid: string, personId: string, packId: string): Promise<readonly StoredTemplate[]>
  /** Those of the faces that are still there, of persons who are in one of the groups. */
  findCandidates(
    appid: string,
    groupIds: readonly string[],
    faceIds: readonly string[],
  ): Promise<readonly StoredTemplate[]>
}

/** A person as it is found by its face. `person` is the number of a person within the store; none is given twice. */
export interface MirroredPerson {
  readonly person: number
  readonly appid: string
  readonly groupIds: readonly string[]
  readonly faces: readonly { readonly faceId: string; readonly template: Template }[]
  /** The ids of faces whose templates cannot be read: they were damaged. */
  readonly damaged: readonly string[]
}

/** How far the feed of changes goes. */
export interface FeedState {
  /** Of the last change; every one up to it can be seen. */
  readonly sequence: number
  /** Changes up to this one were thrown away. */
  readonly trimmedTo: number
}

export interface Change {
  readonly sequence: number
  readonly person: number
}

/** What a copy of the gallery in memory is made of and kept in step by. */
export interface GalleryFeed {
  readFeed(): Promise<FeedState>
  /** At most `count` after a sequence, the oldest first. */
  readChanges(afterSequence: number, count: number): Promise<readonly Change[]>
  /** Persons as they are now, with the faces that one pack has made; those who are gone are left out. */
  readPersons(persons: readonly number[], packId: string): Promise<readonly MirroredPerson[]>
  /** At most `count` persons, by their numbers, after one. */
  readPersonsAfter(person: number, count: number, packId: string): Promise<readonly MirroredPerson[]>
  /** Throws away the changes of before a time. */
  trimFeed(beforeMs: number): Promise<void>
  /** How many faces are enrolled, and how many of them other packs have made. */
  countFaces(packId: string): Promise<FaceCounts>
}

/** The faces that one model pack has made, where the database searches them. */
export interface FaceVectors {
  /**
   * Adds all faces that are not there yet, which takes as long as it takes, and resolves with how many those were. Processes that
   * start together do it one after the other. Rejects with a StoreError where the database cannot search, and with the signal's reason.
   */
  fill(signal?: AbortSignal): Promise<number>
  /** Puts in order what is there of some persons. */
  fillPersons(persons: readonly number[]): Promise<void>
  /** The ids of the best face of each of the `count` persons in the groups who are most like the probe; it may miss some. */
  findNearest(appid: string, groupIds: readonly string[], probe: Template, count: number): Promise<readonly string[]>
}

export interface FaceCounts {
  readonly all: number
  readonly ofOtherPacks: number
}

/** A person in the operator's list. */
export interface ListedPerson extends PersonInfo {
  readonly appid: string
  readonly personId: string
  readonly createdAt: Date
  readonly groupIds: readonly string[]
  readonly faces: number
}

/** What an operator asks of all apps. */
export interface GalleryInventory {
  /** All persons, by app and person, a page at a time. */
  listAll(): AsyncIterable<readonly ListedPerson[]>
  /** The apps that have a person of that id, sorted. */
  findApps(personId: string): Promise<readonly string[]>
  /** Where a face is, or undefined. */
  locateFace(faceId: string): Promise<{ readonly appid: string; readonly personId: string } | undefined>
  /** All about a person but templates: the person, and the faces, the oldest first. */
  describePerson(appid: string, personId: string): Promise<PersonFile>
  /** Puts other templates in the place of those of faces, by their ids, all or none. Rejects with FACE_UNKNOWN. */
  replaceTemplates(appid: string, personId: string, templates: ReadonlyMap<string, Template>): Promise<void>
}

export interface PersonFile {
  readonly person: Person & { readonly createdAt: Date }
  readonly faces: readonly FaceRecord[]
}
