import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const FOLDER = dirname(createRequire(import.meta.url).resolve('tsx/package.json'))

/** What Node is started with to run TypeScript as `tsx` does it, but for its second process. */
export const TSX: readonly string[] = ['--import', pathToFileURL(join(FOLDER, 'dist', 'loader.mjs')).href]
