// Compiles src/ to dist/. With --if-stale only when a source file is newer than the last build,
// so that `npm start` costs nothing once built and an installation without the compiler still runs.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'dist', '.built')
const PROJECTS = ['tsconfig.build.json', 'tsconfig.client.json', 'tsconfig.web.json']

function newestSource() {
  const inputs = ['src', 'packs', 'tools']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  const projects = ['tsconfig.json', ...PROJECTS].map((name) => join(root, name))
  return Math.max(...[...inputs, ...projects].map((f) => statSync(f).mtimeMs))
}

/** The page comes as modules, with what it imports of the client; what is no TypeScript is copied. */
function copyPage() {
  const folder = join(root, 'src', 'web')
  for (const name of readdirSync(folder).filter((name) => /\.(html|css|svg)$/.test(name))) {
    copyFileSync(join(folder, name), join(root, 'dist', 'web', 'web', name))
  }
}

/** The networks are converted once, here, and not on the machines of users. */
function makeDefaultPack() {
  const tsx = createRequire(import.meta.url).resolve('tsx/cli')
  const tool = join(root, 'tools', 'make-default-pack.ts')
  const { status } = spawnSync(process.execPath, [tsx, tool, join(root, 'dist', 'packs', 'default')], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}

export function build({ ifStale = false } = {}) {
  if (ifStale && existsSync(stamp)) {
    if (!existsSync(join(root, 'src')) || newestSource() <= statSync(stamp).mtimeMs) return
  }
  const startedAt = new Date()
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const compilerPackage = createRequire(import.meta.url).resolve('typescript/package.json')
  const compiler = join(dirname(compilerPackage), 'bin', 'tsc')
  // The client again for older engines, then the page for browsers.
  for (const project of PROJECTS) {
    const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, project)], { stdio: 'inherit' })
    if (status !== 0) process.exit(status ?? 1)
  }
  copyPage()
  makeDefaultPack()
  // npx runs the program of the package that it stands in as it is.
  chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755)
  writeFileSync(stamp, `${startedAt.toISOString()}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build({ ifStale: process.argv.includes('--if-stale') })
