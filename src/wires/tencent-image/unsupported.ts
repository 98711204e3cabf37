import { FaceCompareError } from '../../errors.js'
import { fieldNames } from './app-fields.js'
import type { WireCall } from './context.js'

/** Why a call of the original cannot be answered honestly by a service of one's own. */
const REASONS: Readonly<Record<string, string>> = {
  '/face/idcardcompare': 'Pictures of a state register are needed for this call, and no service of your own has them.',
  '/face/idcardlivedetectfour':
    'Pictures of a state register are needed for this call, and no service of your own has them.',
  '/face/livegetfour': 'Whether somebody lives is not told from videos by this service.',
  '/face/livedetectfour': 'Whether somebody lives is not told from videos by this service.',
  '/face/livedetectpicture': 'Whether somebody lives is not told from a picture by this service.',
}

/** The calls that are refused, after their signature and before their body. */
export const UNSUPPORTED_CALLS: readonly WireCall[] = Object.entries(REASONS).map(([path, sentence]) => {
  const refuse = (): never => {
    throw new FaceCompareError('INTERFACE_NOT_SUPPORTED', sentence)
  }
  return { path, names: fieldNames([]), pictures: 0, isRefused: refuse, read: refuse }
})
