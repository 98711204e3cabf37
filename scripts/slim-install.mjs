/**
 * Removes from an installation what the service never reads: binaries for other platforms, and of the package that brings the
 * viewer of the API everything else. For container images; `npm ci` brings it all back.
 *
 *     node scripts/slim-install.mjs FOLDER (the one with node_modules)
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'

const folder = process.argv[2]
if (!folder) {
  process.stderr.write('Usage: node scripts/slim-install.mjs FOLDER (the one with node_modules)\n')
  process.exit(2)
}
const packages = resolve(folder, 'node_modules')
const { resolve: resolveFrom } = createRequire(join(packages, 'from-here.js'))

/** Of these packages only the named files stay, those about their licence and version, and the one that they are found by. */
const ONLY = {
  '@fastify/swagger-ui': ['static/swagger-ui.css', 'static/swagger-ui-bundle.js'],
}
const ALWAYS = /^(package\.json|licen[cs]e.*|notice.*|readme.*)$/i

const before = sizeOf(packages)
for (const [name, files] of Object.entries(ONLY)) keepOnly(name, files)
const runtime = join(packages, 'onnxruntime-node', 'bin')
for (const version of readdirSync(runtime)) {
  for (const platform of readdirSync(join(runtime, version))) {
    for (const cpu of readdirSync(join(runtime, version, platform))) {
      if (platform !== process.platform || cpu !== process.arch) remove(join(runtime, version, platform, cpu))
    }
  }
}
// npm takes the embedded database's for both C libraries of Linux.
const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined
if (process.platform === 'linux') remove(join(packages, '@libsql', `linux-${process.arch}-${isGlibc ? 'musl' : 'gnu'}`))
process.stdout.write(`${megabytes(before)} MB before, ${megabytes(sizeOf(packages))} MB after\n`)

function keepOnly(name, files) {
  const root = join(packages, name)
  const kept = new Set([...files, relative(root, resolveFrom(name)).replaceAll('\\', '/')])
  for (const file of files) readFileSync(join(root, file))
  for (const path of listFiles(root)) {
    const file = relative(root, path).replaceAll('\\', '/')
    if (!kept.has(file) && !ALWAYS.test(file)) remove(path)
  }
}

function listFiles(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
}

function remove(path) {
  rmSync(path, { recursive: true, force: true })
}

function sizeOf(root) {
  return existsSync(root) ? listFiles(root).reduce((sum, path) => sum + (isFile(path) ? statSync(path).size : 0), 0) : 0
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0)
}
