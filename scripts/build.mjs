// Compiles src/ to dist/. With --if-stale only when a source file is newer than the last build,
// so that `npm start` costs nothing once built and an installation without the compiler still runs.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'dist', '.built')
const PROJECTS = ['tsconfig.build.json', 'tsconfig.client.json']

function newestSource() {
  const inputs = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  const projects = ['tsconfig.json', ...PROJECTS].map((name) => join(root, name))
  return Math.max(...[...inputs, ...projects].map((f) => statSync(f).mtimeMs))
}

export function build({ ifStale = false } = {}) {
  if (ifStale && existsSync(stamp)) {
    if (!existsSync(join(root, 'src')) || newestSource() <= statSync(stamp).mtimeMs) return
  }
  const startedAt = new Date()
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const compilerPackage = createRequire(import.meta.url).resolve('typescript/package.json')
  const compiler = join(dirname(compilerPackage), 'bin', 'tsc')
  // The client again, and last, for older engines.
  for (const project of PROJECTS) {
    const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, project)], { stdio: 'inherit' })
    if (status !== 0) process.exit(status ?? 1)
  }
  // npx runs the program of the package that it stands in as it is.
  chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755)
  writeFileSync(stamp, `${startedAt.toISOString()}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build({ ifStale: process.argv.includes('--if-stale') })
