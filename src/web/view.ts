import type { Credential } from '../client/signature.js'
import type { Texts } from './texts/texts.js'

/** What the views of the page share. */
export interface Surroundings {
  readonly texts: Texts
  readonly keys: Credential
  /** How far the service's clock, by which is signed, is ahead of this device's. */
  readonly clockOffsetMs: number
}

/** What a view may ask of the page. */
export interface Host {
  readonly maxImageBytes: number
  readonly surroundings: () => Surroundings
  /** Signs by the service's clock from now on. */
  readonly useClock: (offsetMs: number) => void
  /** Puts the focus where keys are typed. */
  readonly askForKeys: () => void
}

/** One of the tabs of the page. */
export interface View {
  readonly render: () => void
  /** What was pasted, or dropped beside the cards. */
  readonly takeFiles: (files: readonly File[]) => void
  readonly takeUrl: (url: string) => void
}

/** For those who hear the page; what is said already is not said again. */
export function sayTo(status: HTMLElement, sentence: string): void {
  if (status.textContent !== sentence) status.textContent = sentence
}
