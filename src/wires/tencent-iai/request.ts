import type { QualityBar } from '../quality-bar.js'
import type { ImageSource } from './images.js'
import type { FaceModelVersion } from './scale.js'

export const VERSIONS = ['2018-03-01', '2020-03-03'] as const
export type Version = (typeof VERSIONS)[number]

/** Which of several faces is compared: the surest or the largest. */
export type FaceChoice = 'surest' | 'largest'

/** How a picture is looked at. */
export interface Look {
  readonly qualityBar: QualityBar
}

export interface Page {
  readonly offset: number
  readonly limit: number
}

export interface Search extends Look {
  readonly groupIds: readonly string[]
  readonly image: ImageSource
  /** The largest faces so many. */
  readonly maxFaces: number
  /** Pixels: smaller faces are not looked for. */
  readonly minFaceSize: number
  /** For each of the faces. */
  readonly maxPersons: number
  /** On our scale, 0 to 100. */
  readonly leastScore: number
  readonly needsPersonInfo: boolean
}

/** What was asked for, in our words. */
export type IaiRequest =
  | ({
      readonly action: 'CompareFace' | 'CompareMaskFace' | 'DetectFaceSimilarity'
      readonly A: ImageSource
      readonly B: ImageSource
      /** Whose scale the score is read on. */
      readonly faceModelVersion: FaceModelVersion
      readonly faceChoice: FaceChoice
    } & Look)
  | {
      readonly action: 'DetectFace'
      readonly image: ImageSource
      readonly maxFaces: number
      readonly minFaceSize: number
      readonly needsAttributes: boolean
      readonly needsQuality: boolean
      readonly faceModelVersion: FaceModelVersion
    }
  | {
      readonly action: 'AnalyzeFace'
      readonly image: ImageSource
      /** The largest faces so many. */
      readonly maxFaces: number
      readonly faceModelVersion: FaceModelVersion
    }
  | {
      readonly action: 'CreateGroup'
      readonly groupId: string
      readonly name: string
      readonly descriptions: readonly string[]
      readonly tag: string
      readonly faceModelVersion: FaceModelVersion
    }
  | ({ readonly action: 'GetGroupList' } & Page)
  | { readonly action: 'DeleteGroup'; readonly groupId: string }
  | ({
      readonly action: 'CreatePerson'
      readonly groupId: string
      readonly personId: string
      readonly name: string
      readonly gender: Gender
      readonly descriptions: readonly { readonly index: number; readonly text: string }[]
      readonly image: ImageSource
      /** The least score of ours with which somebody in the group counts as the same person; undefined: nobody does. */
      readonly samePersonScore: number | undefined
    } & Look)
  | { readonly action: 'DeletePerson'; readonly personId: string }
  | ({
      readonly action: 'CreateFace'
      readonly personId: string
      readonly images: readonly ImageSource[]
      /** The least score of ours that a new face must have with one that the person has. */
      readonly leastScore: number
    } & Look)
  | { readonly action: 'DeleteFace'; readonly personId: string; readonly faceIds: readonly string[] }
  | ({ readonly action: 'GetPersonList'; readonly groupId: string } & Page)
  | ({ readonly action: 'VerifyFace'; readonly personId: string; readonly image: ImageSource } & Look)
  | ({ readonly action: 'SearchFaces' | 'SearchPersons' } & Search)

export type Action = IaiRequest['action']
export type RequestOf<Name extends Action> = IaiRequest & { readonly action: Name }

export const GENDERS = ['unknown', 'male', 'female'] as const
export type Gender = (typeof GENDERS)[number]
