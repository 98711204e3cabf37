import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { codeOf } from '../errors.js'

/**
 * Makes the folder of the embedded store, for its owner only, and checks that it can be written. Throws one sentence.
 * Step by step, because Node's recursive way never ends below a folder that cannot hold any (`/proc`).
 */
export function prepareDataFolder(dataDir: string): void {
  const folder = resolve(dataDir)
  try {
    makeFolder(folder)
    if (!statSync(folder).isDirectory()) throw new Error('no folder')
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new Error(describe(cause), { cause })
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // There already, or made meanwhile by another process that starts at the same time.
    if (isThere(folder)) return
    const parent = dirname(folder)
    if (codeOf(error) !== 'ENOENT' || isThere(parent)) throw error
    makeFolder(parent)
    makeFolder(folder)
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function describe(error: unknown): string {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'The data folder (FACECOMPARE_DATA_DIR) may not be written by this user.'
    case 'ENOSPC':
      return 'The disk of the data folder (FACECOMPARE_DATA_DIR) is full.'
    default:
      return 'The data folder (FACECOMPARE_DATA_DIR) cannot be made: there is no place for a folder.'
  }
}
