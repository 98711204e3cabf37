/**
 * Makes the default pack from what its publisher packed and writes it into a folder: the networks of tools/default-networks.ts
 * and the files of packs/default.
 *
 *     tsx tools/make-default-pack.ts dist/packs/default
 *
 * Run by the build. Ends with 1 when a network does not come out as packs/default/pack.json says.
 */
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_NETWORKS } from './default-networks.js'
import { writeOnnx } from './onnx/file.js'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Expected the folder to write to.')
const source = fileURLToPath(new URL('../packs/default', import.meta.url))
const manifest = readFileSync(join(source, 'pack.json'), 'utf8')
mkdirSync(folder, { recursive: true })
const problems: string[] = []
for (const [file, make] of Object.entries(DEFAULT_NETWORKS)) {
  const bytes = writeOnnx(make())
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (!manifest.includes(sha256))
    problems.push(`${file} came out with SHA-256 ${sha256}, which pack.json does not name.`)
  writeFileSync(join(folder, file), bytes)
}
cpSync(source, folder, { recursive: true })
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`)
  process.exit(1)
}
