// Who may import whom. The tree is the design: a folder reads only what stands in its row, and each heavy third-party
// package stands in one file, so that replacing it is a change in one place.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src')

/** Folder or file (without extension) -> what of ours it may import besides its own folder. */
const MAY_IMPORT = {
  errors: [],
  defaults: [],
  config: ['errors', 'defaults', 'gallery/gallery'],
  wasm: [],
  turns: [],
  lanes: [],
  image: ['errors', 'wasm'],
  pipeline: ['errors', 'image/image', 'wasm', 'score', 'engine/face'],
  score: ['pipeline/matrix', 'engine/face', 'pipeline/kernel', 'pipeline/quality'],
  packs: ['errors', 'pipeline', 'score', 'engine/face'],
  engine: ['errors', 'image/decode', 'image/image', 'pipeline', 'score', 'packs'],
  gallery: ['errors', 'engine/face', 'pipeline/kernel', 'pipeline/matrix', 'score', 'turns'],
  auth: ['errors'],
  // What may be asked, on domain types: no wire, no HTTP, no database, no environment.
  calls: ['errors', 'engine', 'score', 'gallery', 'lanes'],
  store: ['errors', 'score', 'gallery/face-id', 'gallery/gallery', 'gallery/refusals'],
  evaluation: ['errors', 'engine', 'score', 'pipeline', 'image/format', 'lanes'],
  dedupe: ['errors', 'engine', 'score', 'evaluation'],
  worker: ['errors', 'engine', 'score', 'pipeline/quality'],
  openapi: ['errors', 'pipeline/quality'],
  http: ['errors', 'engine', 'auth', 'image/fetch-remote', 'image/byte-blocks', 'image/format', 'openapi', 'turns'],
  ops: ['http/no-schemas', 'http/unread-answers'],
  // A wire reads what came, asks a call, and writes what goes out.
  wires: [
    'errors',
    'engine/engine',
    'engine/face',
    'calls',
    'gallery',
    'score',
    'pipeline/five-points',
    'pipeline/pose',
    'auth',
    'http',
    'image/fetch-remote',
    'image/format',
    'openapi/call',
    'openapi/unanswered',
    'turns',
  ],
  // Runs in browsers and mini-programs, too: nothing of ours, nothing of Node's.
  client: [],
  // The page: it signs as clients do.
  web: ['client'],
  index: ['errors', 'engine', 'library'],
  library: ['defaults', 'engine'],
  cli: ['*'],
}

/** Package -> the one file that may import it: of sharp, that which reads pictures and that which writes them; of fastify, each server. */
const ONE_FILE = {
  sharp: ['image/decode', 'image/draw'],
  '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs': 'image/small-jpeg',
  undici: 'image/fetch-remote',
  'ipaddr.js': 'image/address-policy',
  'onnxruntime-node': 'packs/session',
  libsql: 'store/embedded',
  pg: 'store/postgres-pool',
  fastify: ['http/app', 'ops/ops-server'],
  'prom-client': 'ops/metrics',
}

const problems = []
for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts')) continue
  const path = join(entry.parentPath ?? entry.path, entry.name)
  const file = relative(src, path).split(sep).join('/').replace(/\.ts$/, '')
  const room = file.split('/')[0]
  const allowed = MAY_IMPORT[room]
  if (!allowed) {
    problems.push(`${file}: no rule for "${room}" in scripts/check-imports.mjs`)
    continue
  }
  const text = readFileSync(path, 'utf8')
  for (const match of text.matchAll(
    /^(import type\b|import\b|export\b)[^'"]*?\bfrom\s+'([^']+)'|import\('([^']+)'\)/gm,
  )) {
    const typeOnly = match[1] === 'import type'
    const target = match[2] ?? match[3]
    if (target.startsWith('.')) {
      const resolved = posix.join(posix.dirname(file), target).replace(/\.js$/, '')
      const targetRoom = resolved.split('/')[0]
      const permitted =
        allowed.includes('*') || targetRoom === room || allowed.some((a) => a === resolved || a === targetRoom)
      if (!permitted) problems.push(`${file} may not import ${resolved}`)
    } else {
      const only = ONE_FILE[target]
      if (only && ![only].flat().includes(file) && !typeOnly) {
        problems.push(`${file} imports ${target}, which only ${[only].flat().join(' and ')} may do`)
      }
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
