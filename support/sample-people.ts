/**
 * People cut out of the photographs that come inside installed packages, for the demo, the benchmarks and the tests:
 * nothing of them is copied into the project.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import sharp from 'sharp'

const resolve = createRequire(import.meta.url).resolve
const FACE_API = join(dirname(resolve('@vladmandic/face-api/package.json')), 'demo')
const HUMAN = join(dirname(resolve('@vladmandic/human')), '..', 'assets')

/** Photograph, then left, top and side of a square around the head, in pixels. */
const CUTS = {
  man: [join(HUMAN, 'screenshot-facematch.jpg'), 108, 284, 108],
  manAgain: [join(HUMAN, 'screenshot-facematch.jpg'), 432, 284, 108],
  womanAtParty: [join(FACE_API, 'sample1.jpg'), 1440, 150, 360],
  womanInBar: [join(FACE_API, 'sample3.jpg'), 1060, 190, 360],
  otherWoman: [join(FACE_API, 'sample3.jpg'), 1420, 240, 360],
  manInShirt: [join(FACE_API, 'sample1.jpg'), 760, 370, 360],
  manAtTheLeft: [join(FACE_API, 'sample2.jpg'), 280, 100, 380],
  womanInTheMiddle: [join(FACE_API, 'sample2.jpg'), 800, 170, 370],
  fourthAtTheLeft: [join(FACE_API, 'sample4.jpg'), 160, 170, 340],
  fourthInTheMiddle: [join(FACE_API, 'sample4.jpg'), 910, 140, 350],
  fifthAtTheTop: [join(FACE_API, 'sample5.jpg'), 680, 60, 350],
  sixthAtTheRight: [join(FACE_API, 'sample6.jpg'), 1380, 220, 430],
} as const

export type SamplePerson = keyof typeof CUTS

/** A dozen heads. */
export const SAMPLE_PEOPLE = Object.keys(CUTS).filter((name): name is SamplePerson => name in CUTS)

const cuts = new Map<string, Promise<Uint8Array>>()

/** A JPEG of the person, `side` pixels wide and high, in memory of its own. The photograph is read once in a process. */
export async function cutPerson(person: SamplePerson, side = 250): Promise<Uint8Array> {
  const key = `${person} ${side}`
  const cut = cuts.get(key) ?? makeCut(person, side)
  cuts.set(key, cut)
  return new Uint8Array(await cut)
}

async function makeCut(person: SamplePerson, side: number): Promise<Uint8Array> {
  const [file, left, top, size] = CUTS[person]
  const square = sharp(file).extract({ left, top, width: size, height: size }).resize(side, side)
  return new Uint8Array(await square.jpeg({ quality: 92 }).toBuffer())
}

/** The path of a photograph with several people. */
export const GROUP_PHOTO = join(FACE_API, 'sample6.jpg')
