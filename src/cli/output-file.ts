import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Throws one sentence when a file cannot be written: before the work, not after it. */
export async function checkWritable(file: string): Promise<void> {
  const target = await stat(file).catch(() => undefined)
  if (target?.isDirectory()) throw new Error(`Expected a file to write but ${file} is a folder.`)
  await access(target ? file : dirname(resolve(file)), constants.W_OK).catch((cause: unknown) => {
    throw new Error(`${file} cannot be written.`, { cause })
  })
}
