import type { QualityReason } from '../../client/comparison.js'

/** A sentence about what went wrong, and one about what to do; `{side}` in it is A or B. */
export interface FailureText {
  readonly what: string
  readonly advice?: string
}

/** Everything that the page says, in one language. */
export interface Texts {
  /** BCP 47. */
  readonly language: 'en' | 'zh-CN'
  /** Of the elements with the `data-text` of that name. */
  readonly fixed: Readonly<Record<FixedText, string>>
  /** Of controls without words: the `aria-label` of the elements with the `data-label` of that name. */
  readonly labels: Readonly<Record<FixedLabel, string>>
  readonly steps: { readonly preparing: string; readonly sending: string; readonly comparing: string }
  readonly verdicts: readonly VerdictText[]
  readonly parts: { readonly eyebrow: string; readonly eye: string; readonly nose: string; readonly mouth: string }
  readonly stages: Readonly<Record<Stage, string>>
  /** By the code of the answer. */
  readonly failures: Readonly<Record<number, FailureText>>
  /** Of codes that {@link failures} does not have. */
  readonly otherFailure: FailureText
  readonly sideFailed: string
  /** What is wrong with how a picture shows its face, after the name of the picture. */
  readonly flaws: Readonly<Record<QualityReason, string>>
  /** Between several of {@link flaws}, and before the last of them. */
  readonly flawsBetween: string
  readonly flawsLast: string
  /** The same where no flaw is known by name. */
  readonly shownPoorly: string
  /** Of a picture that was refused. */
  readonly takeAgain: string
  /** Of a picture that was compared. */
  readonly mayTakeAgain: string
  readonly missing: Readonly<Record<'pictureA' | 'pictureB' | 'picture' | 'personId' | 'groups' | 'keys', string>>
  readonly noAnswer: FailureText
  readonly strangeAnswer: FailureText
  readonly clockAhead: string
  readonly clockBehind: string
  readonly useServiceClock: string
  readonly retryIn: string
  readonly retryNow: string
  readonly serviceSaid: string
  readonly codeAndSession: string
  readonly scoreSaid: string
  readonly dialLabel: string
  readonly oneFace: string
  readonly someFaces: string
  readonly faceOf: string
  /** After {@link faceOf}, where it is known. */
  readonly qualityOf: string
  readonly pictureFrom: string
  readonly notShown: string
  readonly shrunk: string
  readonly badUrl: string
  readonly noPicture: string
  readonly keysFromLink: string
  readonly keysReady: string
  readonly keysMissing: string
  readonly showFace: string
  readonly showPicture: string
  readonly times: string
  readonly copied: string
  readonly runWith: string
  readonly cameraDenied: string
  readonly savePicture: string
  /** Of a call about one picture. */
  readonly asking: string
  readonly facesFound: string
  readonly sizeOf: string
  readonly noAttributes: string
  readonly attributes: Readonly<Record<AttributeText, string>>
  readonly enrolled: string
  readonly deleted: string
  readonly bestCandidate: string
  readonly nobodySure: string
  readonly noCandidates: string
  /** Of several faces. */
  readonly peopleInPicture: string
  readonly nobodyInPicture: string
  readonly faceNumber: string
  readonly largestOnly: string
  readonly candidatesNote: string
}

/** Names of attributes, and what they may be. */
export type AttributeText =
  | 'age'
  | 'years'
  | 'expression'
  | 'calm'
  | 'smile'
  | 'laugh'
  | 'glasses'
  | 'worn'
  | 'notWorn'
  | 'head'
  | 'angles'

/** From the highest on: the first whose `from` is not above the score is meant. */
export interface VerdictText {
  readonly from: number
  readonly title: string
  readonly meaning: string
}

export type Stage = 'fetch' | 'decode' | 'detect' | 'align' | 'embed'

export type FixedText =
  | 'title'
  | 'lead'
  | 'pictureA'
  | 'pictureB'
  | 'drop'
  | 'paste'
  | 'choose'
  | 'camera'
  | 'url'
  | 'useUrl'
  | 'compare'
  | 'cancel'
  | 'tryWith'
  | 'samePerson'
  | 'twoPeople'
  | 'scale'
  | 'scaleLead'
  | 'mark90'
  | 'mark80'
  | 'mark70'
  | 'keys'
  | 'keysHelp'
  | 'partsTitle'
  | 'partsHelp'
  | 'timesTitle'
  | 'stage'
  | 'requestTitle'
  | 'requestHelp'
  | 'showKey'
  | 'copy'
  | 'takePhoto'
  | 'close'
  | 'privacy'
  | 'api'
  | 'skip'
  | 'tabCompare'
  | 'tabFaces'
  | 'facesTitle'
  | 'facesLead'
  | 'picture'
  | 'find'
  | 'persons'
  | 'personsHelp'
  | 'personsOff'
  | 'personId'
  | 'groups'
  | 'search'
  | 'enrol'
  | 'deletePerson'

export type FixedLabel =
  | 'language'
  | 'theme'
  | 'choose'
  | 'camera'
  | 'url'
  | 'useUrl'
  | 'remove'
  | 'cameraTitle'
  | 'views'

/** Puts values into a text: `{name}` is replaced by the value of that name. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
