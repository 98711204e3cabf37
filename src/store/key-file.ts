import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../errors.js'
import type { MasterKeySource } from './master-key-source.js'
import { createMasterKey } from './secret-box.js'
import { StoreError } from './store.js'

const FILE_NAME = 'master.key'
/** The key that a rotation brings, from before the store goes under it until it has taken the place of the other file. */
const NEXT_FILE_NAME = 'master.key.next'

/** The key file in a folder, which a store without a key gets anew. */
export function keyFile(folder: string): MasterKeySource {
  const path = join(folder, FILE_NAME)
  const nextPath = join(folder, NEXT_FILE_NAME)
  /** The next one first: what takes the other's place between two looks is seen at one of them. */
  const look = () => {
    const next = readKey(nextPath, NEXT_FILE_NAME)
    return { next, present: readKey(path, FILE_NAME) }
  }
  return {
    read() {
      const { present, next } = look()
      const keys = [present, next].filter((key) => key !== undefined)
      if (keys.length > 0) return keys
      throw new StoreError(
        `The store was made with a master key that is neither given nor in ${FILE_NAME} in the data folder.`,
      )
    },
    first() {
      const { present } = look()
      if (present !== undefined) return present
      const masterKey = createMasterKey()
      writeKey(folder, FILE_NAME, masterKey)
      return masterKey
    },
    keepNext: (masterKey) => writeKey(folder, NEXT_FILE_NAME, masterKey),
    settle(masterKey) {
      const { present, next } = look()
      if (next === undefined) return
      try {
        if (next === masterKey && present !== masterKey) renameSync(nextPath, path)
        else if (present === masterKey) rmSync(nextPath)
        syncFolder(folder)
      } catch (cause) {
        throw new StoreError(
          `The store is under the key in ${NEXT_FILE_NAME} in the data folder, which cannot be renamed to ${FILE_NAME} now.`,
          { cause },
        )
      }
    },
  }
}

function readKey(path: string, name: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new StoreError(`The key file ${name} in the data folder cannot be read.`, { cause })
  }
}

/** Renamed into place when its bytes are on the disk: a crash leaves either the whole key or none. */
function writeKey(folder: string, name: string, masterKey: string): void {
  const path = join(folder, name)
  const draft = `${path}.${process.pid}.tmp`
  try {
    rmSync(draft, { force: true })
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeSync(file, `${masterKey}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
    syncFolder(folder)
  } catch (cause) {
    throw new StoreError(`The key file ${name} cannot be written to the data folder.`, { cause })
  }
}

/** So that a power cut after this does not undo what was renamed. Windows opens no folders, and needs it not. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } catch (error) {
    if (!isNotOffered(error)) throw error
  } finally {
    closeSync(opened)
  }
}

/** Some file systems over a network or of a desktop's containers take no such call for a folder. */
function isNotOffered(error: unknown): boolean {
  return ['EINVAL', 'ENOTSUP', 'EPERM'].includes(codeOf(error))
}
