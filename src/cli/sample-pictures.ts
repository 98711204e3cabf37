import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Two photographs (of several people each) that come with an installed package; none where its pictures were removed. They are
 * not part of the project: the package's licence is MIT, but nothing says who took them.
 */
export function findSamplePictures(): readonly string[] {
  try {
    const demo = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo')
    const pictures = [join(demo, 'sample1.jpg'), join(demo, 'sample3.jpg')]
    return pictures.every((file) => existsSync(file)) ? pictures : []
  } catch {
    return []
  }
}
