/** Pixels of the upright picture. */
export interface FaceBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface FacePoint {
  readonly x: number
  readonly y: number
}

/** How a face looks; what the service's model pack does not tell is absent. */
export interface FaceAttributes {
  /** Degrees: up and down, -30 to 30. */
  readonly pitchDegrees?: number
  /** Degrees: to the left and right, -30 to 30. */
  readonly yawDegrees?: number
  /** Degrees: in the plane of the picture, clockwise positive. */
  readonly rollDegrees?: number
  /** Estimated, in years. */
  readonly age?: number
  /** 0 (female) to 100 (male), as it looks. */
  readonly gender?: number
  /** 0 (none), 50 (a smile) to 100 (laughing). */
  readonly expression?: number
  readonly hasGlasses?: boolean
}

export interface DetectedFace extends FaceAttributes {
  readonly box: FaceBox
}

/** What every answer has that names a call. */
interface Told {
  /** The id of the call, as in the service's log. */
  readonly sessionId: string
}

interface OfAPicture extends Told {
  /** The upright picture that coordinates refer to, in pixels. */
  readonly imageWidth: number
  readonly imageHeight: number
}

/** The faces of a picture, the most prominent first; attributes are told of the first five. */
export interface Detection extends OfAPicture {
  readonly faces: readonly DetectedFace[]
}

/** A face in 88 points; left is the left of the picture. */
export interface FaceOutline {
  readonly profile: readonly FacePoint[]
  readonly leftEye: readonly FacePoint[]
  readonly rightEye: readonly FacePoint[]
  readonly leftEyebrow: readonly FacePoint[]
  readonly rightEyebrow: readonly FacePoint[]
  readonly mouth: readonly FacePoint[]
  readonly nose: readonly FacePoint[]
}

export interface Outlines extends OfAPicture {
  readonly faces: readonly FaceOutline[]
}

export interface CreatedPerson extends Told {
  readonly personId: string
  readonly faceId: string
  /** Sorted. */
  readonly groupIds: readonly string[]
}

/** What is kept of a person. */
export interface PersonInfo extends Told {
  readonly personId: string
  readonly name: string
  readonly tag: string
  readonly faceIds: readonly string[]
  /** Sorted. */
  readonly groupIds: readonly string[]
}

/** What became of each picture, in their order: code 0 and the id of its face, or the code that says why there is none. */
export interface AddedFaces extends Told {
  readonly faces: readonly { readonly code: number; readonly faceId?: string }[]
}

export interface DeletedFaces extends Told {
  /** Those that were the person's. */
  readonly faceIds: readonly string[]
}

/** What was read from the picture of a face when it was enrolled. */
export interface FaceInfo extends FaceAttributes {
  readonly faceId: string
  readonly box?: FaceBox
}

export interface ChangedGroups extends Told {
  /** How many groups were joined or left. */
  readonly changed: number
  /** All that the person is in now, sorted. */
  readonly groupIds: readonly string[]
}

export interface Verification extends Told {
  /** The best score of the person's faces, 0 to 100, as that of a comparison. */
  readonly confidence: number
  /** Whether the service takes them for one person: a confidence of 75 or more. */
  readonly match: boolean
}

/** Somebody who may be the one in the picture. */
export interface Candidate {
  readonly personId: string
  /** The face of the person that fits best. */
  readonly faceId: string
  /** The score of a comparison with that face, 0 to 100. Strangers are candidates, too: look at it. */
  readonly confidence: number
  /** The remark of that face. */
  readonly tag: string
}

/** The most likely persons, the best first. */
export interface Identification extends Told {
  readonly candidates: readonly Candidate[]
}

/** Each face of a picture with the persons that it may be; none where it is shown too poorly. */
export interface Identifications extends Told {
  readonly faces: readonly { readonly box: FaceBox; readonly candidates: readonly Candidate[] }[]
}
