import { type ErrorName, FaceCompareError } from '../errors.js'

export type GalleryAction =
  | 'createPerson'
  | 'deletePerson'
  | 'setPersonInfo'
  | 'getPersonInfo'
  | 'addFaces'
  | 'deleteFaces'
  | 'listFaces'
  | 'getFaceInfo'
  | 'createGroup'
  | 'deleteGroup'
  | 'describeGroups'
  | 'listFacesOfGroup'
  | 'listGroups'
  | 'listPersons'
  | 'addToGroups'
  | 'removeFromGroups'
  | 'verify'
  | 'identify'
  | 'identifyAll'
  | 'identifyLike'

/** Who was read or changed. Without anything biometric: no picture, template, attribute or score. */
export interface AuditEvent {
  readonly action: GalleryAction
  readonly appid: string
  /** The person that the call names. */
  readonly personId?: string
  readonly groupIds?: readonly string[]
  /** Those that the call names, has made or deleted. */
  readonly faceIds?: readonly string[]
  /** Those whom a search has told of. */
  readonly foundPersonIds?: readonly string[]
  readonly outcome: 'done' | ErrorName
}

export type AuditSubject = Omit<AuditEvent, 'outcome'>

/** Does the work, and tells how it ended and what it has touched. What is no refusal is INTERNAL. */
export async function audited<T>(
  onAudit: (event: AuditEvent) => void,
  subject: AuditSubject,
  work: () => Promise<T>,
  touched: (result: T) => Partial<AuditSubject> = () => ({}),
): Promise<T> {
  try {
    const result = await work()
    onAudit({ ...subject, ...touched(result), outcome: 'done' })
    return result
  } catch (error) {
    onAudit({ ...subject, outcome: error instanceof FaceCompareError ? error.kind : 'INTERNAL' })
    throw error
  }
}
