/** What can be wrong with how a face is shown. */
export type QualityReason = 'small' | 'blurred' | 'dark' | 'over_exposed' | 'covered' | 'turned_away' | 'cut_off'

/** The result of comparing the most prominent faces of two pictures. */
export interface Comparison {
  /**
   * Calibrated score, 0 to 100: of pairs of grown-up strangers of one group and one sex, in the worst of the groups that were measured, one
   * in a thousand reaches 70, one in ten thousand 80, one in a hundred thousand 90. Identical files score 100.
   */
  readonly similarity: number
  /** Whether the similarity is at or above `threshold`. */
  readonly match: boolean
  /** What `match` was decided by, 0 to 100. */
  readonly threshold: number
  /** Similarity of each facial part, 0 to 100. */
  readonly parts: {
    readonly eyebrow: number
    readonly eye: number
    readonly nose: number
    readonly mouth: number
  }
  /** The id of the call, as in the service's log. */
  readonly sessionId: string
  /**
   * With `minQuality` alone: whether both faces were held to at least the quality that the scores were measured for. Where it is
   * false, the score promises nothing of poor pictures.
   */
  readonly qualityChecked?: boolean
}

/** With `returnFaces`: where the faces are. */
export interface ComparisonWithFaces extends Comparison {
  readonly faces: { readonly A: ComparedFace; readonly B: ComparedFace }
  /** Milliseconds that the service spent in each stage, such as `decodeA`; empty where it or the browser does not tell. */
  readonly stagesMs: Readonly<Record<string, number>>
}

/** Where the compared face of one picture is, in pixels of the upright picture. */
export interface ComparedFace {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** 68 points, x and y (iBUG 300-W order). */
  readonly landmarks: readonly (readonly [number, number])[]
  /** 0 to 1. */
  readonly detectionScore: number
  /** How far the head is turned in the image plane, in degrees, clockwise positive. */
  readonly rollDegrees: number
  /** How many faces were seen in the picture. */
  readonly faceCount: number
  /** The upright picture that all coordinates refer to, in pixels; absent where the service does not tell. */
  readonly imageWidth?: number
  readonly imageHeight?: number
  /** 0 to 100: of a hundred faces in plain pictures so many are shown no better; absent where the service has no measure of it. */
  readonly quality?: number
  /** What is wrong with the picture of the face; empty where nothing was seen. Comes with `quality`. */
  readonly qualityReasons?: readonly QualityReason[]
}
