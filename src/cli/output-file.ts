import { constants } from 'node:fs'
import { access, chmod, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Throws one sentence when a file cannot be written: before the work, not after it. */
export async function checkWritable(file: string): Promise<void> {
  const target = await stat(file).catch(() => undefined)
  if (target?.isDirectory()) throw new Error(`Expected a file to write but ${file} is a folder.`)
  await access(target ? file : dirname(resolve(file)), constants.W_OK).catch((cause: unknown) => {
    throw new Error(`${file} cannot be written.`, { cause })
  })
}

/** Throws one sentence when the file to write is one of the pictures that are read, under whatever name. */
export function requireNoPicture(file: string, pictures: readonly string[]): Promise<void> {
  return requireApart(file, pictures, 'one of the pictures')
}

/** Throws one sentence when the file to write is one of `others`, which are `what`, under whatever name; none need be there yet. */
export async function requireApart(file: string, others: readonly string[], what: string): Promise<void> {
  const target = await realName(file)
  for (const other of others) {
    if ((await realName(other)) === target) throw new Error(`${file} is ${what}; name another file to write.`)
  }
}

function realName(file: string): Promise<string> {
  return realpath(file).catch(() => resolve(file))
}

/** Writes what shows faces or names people: for its owner alone, also where there was a file before. */
export async function writePrivately(file: string, data: string | Uint8Array): Promise<void> {
  await chmod(file, 0o600).catch(() => {})
  await writeFile(file, data, { mode: 0o600 })
}
