import { type Cut, drawJpeg } from './picture.js'

/** Heads in the photographs that the service may offer to try it with: the number of the photograph, and where. */
const CUTS: Readonly<Record<'woman' | 'womanAgain' | 'otherWoman', readonly [photograph: number, cut: Cut]>> = {
  woman: [1, { left: 1380, top: 90, width: 480, height: 480, maxSide: 480 }],
  womanAgain: [2, { left: 1000, top: 130, width: 480, height: 480, maxSide: 480 }],
  otherWoman: [2, { left: 1400, top: 190, width: 440, height: 440, maxSide: 440 }],
}

/** Two pictures of one person, or of two people. */
export function openTryPictures(samePerson: boolean): Promise<readonly [A: File, B: File]> {
  return Promise.all([cut('woman', 'sample-a'), cut(samePerson ? 'womanAgain' : 'otherWoman', 'sample-b')])
}

async function cut(head: keyof typeof CUTS, name: string): Promise<File> {
  const [photograph, where] = CUTS[head]
  const response = await fetch(`/assets/samples/${photograph}.jpg`)
  const image = await createImageBitmap(await response.blob())
  return drawJpeg(image, where, name)
}
