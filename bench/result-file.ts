/** What a benchmark found, with what it was found on: `bench/results/NAME.json`, written anew by each run. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const FOLDER = join(ROOT, 'bench', 'results')

/** Packages that the figures of every benchmark depend on. */
const MEASURED_PACKAGES = ['onnxruntime-node', 'sharp'] as const

export interface Setting {
  /** When the run ended, UTC. */
  readonly date: string
  /** Of the sources; `-changed` behind it when files differ from it. Null outside a Git checkout. */
  readonly commit: string | null
  /** Model, and the instructions that int8 networks are fast or slow by, where the system tells them. */
  readonly cpu: string
  /** Logical processors. */
  readonly cpuCount: number
  readonly platform: string
  readonly node: string
  /** Package to version. */
  readonly versions: Readonly<Record<string, string>>
}

/** Writes the setting and the data, and returns the path of the file, relative to the project. */
export function writeResult(
  name: string,
  data: Readonly<Record<string, unknown>>,
  setting = describeSetting(),
): string {
  mkdirSync(FOLDER, { recursive: true })
  const text = JSON.stringify({ benchmark: name, ...setting, ...data }, shortenNumber, 2)
  writeFileSync(join(FOLDER, `${name}.json`), `${text}\n`)
  return `bench/results/${name}.json`
}

/** What the last run wrote; undefined where there was none. */
export function readResult(name: string): unknown {
  const file = join(FOLDER, `${name}.json`)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** Six digits are more than any clock is worth here. */
function shortenNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}

export function describeSetting(): Setting {
  return {
    date: new Date().toISOString(),
    commit: readCommit(),
    cpu: describeCpu(),
    cpuCount: cpus().length,
    platform: `${platform()} ${arch()}`,
    node: process.version,
    versions: {
      facecompare: readVersion(join(ROOT, 'package.json')),
      ...readVersions(join(ROOT, 'node_modules'), MEASURED_PACKAGES),
    },
  }
}

const INSTRUCTIONS = {
  avx2: 'AVX2',
  avx512f: 'AVX-512',
  avx_vnni: 'VNNI',
  avx512_vnni: 'VNNI',
  amx_int8: 'AMX',
} as const

function describeCpu(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const flags = new Set(readCpuFlags())
  const known = Object.entries(INSTRUCTIONS).flatMap(([flag, name]) => (flags.has(flag) ? [name] : []))
  return known.length === 0 ? model : `${model} (${[...new Set(known)].join(', ')})`
}

/** Linux on x64 alone tells. */
function readCpuFlags(): readonly string[] {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(' ') ?? []
  } catch {
    return []
  }
}

/** One line for the head of a printed table. */
export function formatSetting({ cpu, cpuCount, node, platform: system, commit }: Setting): string {
  return `${cpu}, ${cpuCount} logical processors, ${system}, Node ${node}, commit ${commit?.slice(0, 7) ?? 'unknown'}`
}

/** Versions of installed packages, by name. */
export function readVersions(nodeModules: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, readVersion(join(nodeModules, name, 'package.json'))]))
}

function readVersion(file: string): string {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const version = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined
  return typeof version === 'string' ? version : 'unknown'
}

function readCommit(): string | null {
  try {
    const commit = git('rev-parse', 'HEAD')
    // Results of other benchmarks do not change what is measured.
    return git('status', '--porcelain', '--', '.', ':!bench/results') === '' ? commit : `${commit}-changed`
  } catch {
    return null
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
