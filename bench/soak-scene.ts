/** The photographs that the soak's calls carry, cut from those that come inside installed packages. */

import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { seeded } from '../support/random.js'
import { cutPerson, GROUP_PHOTO } from '../support/sample-people.js'
import type { Scene } from './soak-kinds.js'

export const SCENE_FORMATS = ['png', 'webp', 'avif', 'gif', 'tiff'] as const

const SEED = 2026

export type Photographs = Omit<Scene, 'port' | 'imagesUrl' | 'closedUrl'>

export async function takePhotographs(): Promise<Photographs> {
  const [man, manAgain, woman] = await Promise.all([cutPerson('man'), cutPerson('manAgain'), cutPerson('womanInBar')])
  const formats = await Promise.all(
    SCENE_FORMATS.map(async (format) => [format, await sharp(man)[format]().toBuffer()] as const),
  )
  return {
    man,
    manAgain,
    woman,
    group: await readFile(GROUP_PHOTO),
    noFace: await sharp({ create: { width: 300, height: 300, channels: 3, background: 'grey' } })
      .jpeg()
      .toBuffer(),
    formats: Object.fromEntries(formats),
    random: seeded(SEED),
  }
}
