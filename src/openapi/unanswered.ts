const REGISTER = 'Pictures of a state register are needed for this call, and no service of your own has them.'
const VIDEO = 'Whether somebody lives is not told from videos by this service.'

/** The calls of the original that cannot be answered honestly by a service of one's own, and why. */
export const UNANSWERED: Readonly<Record<string, string>> = {
  '/face/idcardcompare': REGISTER,
  '/face/idcardlivedetectfour': REGISTER,
  '/face/livegetfour': VIDEO,
  '/face/livedetectfour': VIDEO,
  '/face/livedetectpicture': 'Whether somebody lives is not told from a picture by this service.',
}
