/**
 * What an installation takes, by package:
 *
 *     npx tsx scripts/installed-size.ts FOLDER (the one with node_modules)
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface InstalledSize {
  /** All in bytes, as long as the files are. */
  readonly total: number
  /** Of the total, ONNX Runtime's binaries for other systems and processors than this one. */
  readonly otherPlatforms: number
  /** Packages to bytes, without those installed below them, largest first. */
  readonly packages: readonly (readonly [name: string, bytes: number])[]
}

const RUNTIME_BINARY = /onnxruntime-node\/bin\/[^/]+\/([^/]+)\/([^/]+)\//
/** Behind the last `node_modules/` of a path. */
const PACKAGE = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//

export function measureInstallation(folder: string): InstalledSize {
  const packages = new Map<string, number>()
  let [total, otherPlatforms] = [0, 0]
  const root = join(folder, 'node_modules')
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size } = statSync(path)
    const slashed = path.replaceAll('\\', '/')
    const name = PACKAGE.exec(slashed)?.[1] ?? ''
    packages.set(name, (packages.get(name) ?? 0) + size)
    total += size
    const [, platform, processor] = RUNTIME_BINARY.exec(slashed) ?? []
    if (platform && (platform !== process.platform || processor !== process.arch)) otherPlatforms += size
  }
  return { total, otherPlatforms, packages: [...packages].sort(([, p], [, q]) => q - p) }
}

/** @param most packages that are named */
export function describeInstallation({ total, otherPlatforms, packages }: InstalledSize, most = 8): string {
  const largest = packages.slice(0, most).map(([name, bytes]) => `  ${megabytes(bytes).padStart(6)} MB  ${name}`)
  const own = `${megabytes(total - otherPlatforms)} MB without ONNX Runtime's other platforms`
  return [`${megabytes(total)} MB in ${packages.length} packages, ${own}`, ...largest].join('\n')
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv
  if (!folder) {
    process.stderr.write('Usage: npx tsx scripts/installed-size.ts FOLDER (the one with node_modules)\n')
    process.exit(2)
  }
  console.log(describeInstallation(measureInstallation(folder)))
}
