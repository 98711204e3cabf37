import { FaceCompareError } from '../../errors.js'
import { UNANSWERED } from '../../openapi/unanswered.js'
import { fieldNames } from './app-fields.js'
import type { WireCall } from './context.js'

/** The calls that are refused, after their signature and before their body. */
export const UNSUPPORTED_CALLS: readonly WireCall[] = Object.entries(UNANSWERED).map(([path, sentence]) => {
  const refuse = (): never => {
    throw new FaceCompareError('INTERFACE_NOT_SUPPORTED', sentence)
  }
  return { path, names: fieldNames([]), pictures: 0, isRefused: refuse, read: refuse }
})
