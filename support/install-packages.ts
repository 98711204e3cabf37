import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Installs the packages of a folder with a package.json and a lock of its own, unless that was done since the lock changed. They are
 * no dependencies of the project, so that its users do not pay for them. Rejects with a sentence for whoever waits for them.
 */
export async function installPackages(folder: string): Promise<void> {
  // The file that npm writes last.
  const installed = statSync(join(folder, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false })
  const wanted = statSync(join(folder, 'package-lock.json'))
  if (installed && installed.mtimeMs >= wanted.mtimeMs) return
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
  // Under `npm run` npm tells its own path, which also works where `npm` itself is a script of the shell.
  const npm = process.env.npm_execpath
  try {
    await (npm ? promisify(execFile)(process.execPath, [npm, ...args]) : promisify(execFile)('npm', args))
  } catch (cause) {
    throw new Error(`The packages of ${folder} cannot be installed; "npm ci" there needs the npm registry.`, { cause })
  }
}
