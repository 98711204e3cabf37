/**
 * Packs the project, installs the package into an empty project by the command of docs/library.md, with install scripts on,
 * and there: tells what it takes, runs and type-checks every sample of docs/library.md and docs/client.md, runs the service and the
 * command line, that also where nothing can be written. Ends with 1 and says what failed; leaves nothing behind.
 */
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { cutPerson } from '../support/sample-people.js'
import { DEFAULT_NETWORKS } from '../tools/default-networks.js'
import { readSamples, readShellSample, type Sample, type SampleKind } from './document-samples.js'
import { describeInstallation, measureInstallation } from './installed-size.js'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
const MODULES = join(ROOT, 'node_modules')

const CREDENTIAL = { appid: '10000001', secretId: 'AKIDverify', secretKey: 'a-key-to-verify-alone' }

const PACK = ['pack.json', 'fit.json', ...Object.keys(DEFAULT_NETWORKS)].map((file) => `dist/packs/default/${file}`)
const MUST_SHIP = [
  ...['LICENSE', 'NOTICE', 'README.md', 'package.json', ...PACK],
  ...['dist/index.js', 'dist/index.d.ts', 'dist/client/index.js', 'dist/client/index.d.ts', 'dist/cli/main.js'],
]
const MAY_SHIP = /^dist\/|^(LICENSE|NOTICE|README(\.zh-CN)?\.md|package\.json)$/
/** What the networks are made from, and with, when the project is built; no user installs it. */
const BUILD_ONLY = /^@vladmandic\/|^faceplugin-|^@tensorflow\/|^protobufjs$/
const NOBODY = 65534

/** An environment of its own: nothing of the user's cache and settings decides, nor what npm hands to its scripts. */
function cleanEnvironment(project: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|FACECOMPARE_|ONNXRUNTIME_)/i.test(name))
  return {
    ...Object.fromEntries(inherited),
    XDG_CACHE_HOME: join(project, 'cache'),
    npm_config_ignore_scripts: 'false',
    npm_config_engine_strict: 'true',
    npm_config_prefer_offline: 'true',
  }
}

interface RunOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** As whom; only root may choose. */
  readonly uid?: number
}

async function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let stdout = ''
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    output += String(chunk)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${output}`)
  return stdout
}

function require(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(sentence)
}

/** The paths in the package, and what publint says of it. */
async function pack(project: string, env: NodeJS.ProcessEnv): Promise<string> {
  const output = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: ROOT, env })
  const [packed] = JSON.parse(output) as [{ filename: string; files: { path: string }[] }]
  const paths = packed.files.map(({ path }) => path)
  const missing = MUST_SHIP.filter((path) => !paths.includes(path))
  const strange = paths.filter((path) => !MAY_SHIP.test(path))
  require(missing.length === 0, `The package lacks ${missing.join(', ')}.`)
  require(strange.length === 0, `The package has what it should not have: ${strange.join(', ')}.`)
  const tarball = await readFile(join(project, packed.filename))
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: toArrayBuffer(tarball) } })
  const sentences = messages.map((message) => formatMessage(message, pkg, { color: false }))
  require(sentences.length === 0, `publint: ${sentences.join('\n')}`)
  return `${packed.filename}, ${paths.length} files`
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

async function install(project: string, env: NodeJS.ProcessEnv): Promise<string> {
  const manifest = { name: 'empty-project', private: true, type: 'module' }
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest))
  await run('sh', ['-c', readShellSample('library')], { cwd: project, env })
  const size = measureInstallation(project)
  const strange = size.packages.map(([name]) => name).filter((name) => BUILD_ONLY.test(name))
  require(strange.length === 0, `An installation brings what only the build needs: ${strange.join(', ')}.`)
  return `${readShellSample('library').trim()}\n${describeInstallation(size)}`
}

/** What a project of each kind has besides the language; libraries are checked as well, none is skipped. */
const SURROUNDINGS: Readonly<
  Record<SampleKind, { readonly lib: readonly string[]; readonly types: readonly string[] }>
> = {
  runs: { lib: ['ES2022'], types: ['node'] },
  page: { lib: ['ES2020', 'DOM'], types: [] },
  'mini-program': { lib: ['ES2020'], types: [] },
}
const MINI_PROGRAM_TYPES = join(MODULES, 'miniprogram-api-typings', 'index.d.ts')

const RESOLUTIONS = [
  { module: 'Node16', moduleResolution: 'Node16' },
  { module: 'ESNext', moduleResolution: 'Bundler' },
] as const

async function checkTypes(samples: readonly Sample[], project: string, env: NodeJS.ProcessEnv): Promise<string> {
  const checks = Object.entries(SURROUNDINGS).flatMap(([kind, { lib, types }]) =>
    RESOLUTIONS.map(async (resolution) => {
      const names = samples.filter((sample) => sample.kind === kind).map(({ name }) => `${name}.ts`)
      const file = join(project, `tsconfig.${kind}.${resolution.module}.json`)
      const options = { ...resolution, lib, types, typeRoots: [join(MODULES, '@types')] }
      const more = { target: 'ES2022', strict: true, skipLibCheck: false, rootDir: '.', outDir: resolution.module }
      const files = kind === 'mini-program' ? [MINI_PROGRAM_TYPES, ...names] : names
      await writeFile(file, JSON.stringify({ compilerOptions: { ...options, ...more }, files }))
      await run(process.execPath, [TSC, '-p', file], { cwd: project, env })
    }),
  )
  await Promise.all(checks)
  return `${samples.length} samples, under node16 and bundler`
}

async function writeProject(samples: readonly Sample[], url: string, project: string): Promise<void> {
  const real = (code: string) =>
    code
      .replaceAll('http://127.0.0.1:8080', url)
      .replaceAll('YOUR_APPID', CREDENTIAL.appid)
      .replaceAll('YOUR_SECRET_ID', CREDENTIAL.secretId)
      .replaceAll('YOUR_SECRET_KEY', CREDENTIAL.secretKey)
  for (const { name, code } of samples) await writeFile(join(project, `${name}.ts`), real(code))
  await mkdir(join(project, 'pictures'))
  await writeFile(join(project, 'a.jpg'), await cutPerson('womanAtParty'))
  await writeFile(join(project, 'b.jpg'), await cutPerson('womanInBar'))
  await cp(join(project, 'b.jpg'), join(project, 'pictures', 'b.jpg'))
  await writeFile(join(project, 'pictures', 'text.jpg'), 'no picture')
}

async function startService(project: string, env: NodeJS.ProcessEnv) {
  const { appid, secretId, secretKey } = CREDENTIAL
  const settings = {
    FACECOMPARE_PORT: '0',
    FACECOMPARE_BOOTSTRAP_APP: `${appid}:${secretId}:${secretKey}`,
    // The samples enrol somebody.
    FACECOMPARE_GALLERY: '1',
  }
  const main = join(project, 'node_modules', 'facecompare', 'dist', 'cli', 'main.js')
  const child = spawn(process.execPath, [main, 'serve'], { cwd: project, env: { ...env, ...settings } })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    let output = ''
    const read = (chunk: unknown) => {
      output += String(chunk)
      const [, found] = /ready on (\S+);/.exec(output) ?? []
      if (found) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('close', (code) => reject(new Error(`The service ended with ${code}:\n${output}`)))
  })
  const stop = async () => {
    child.kill()
    await ended
  }
  return { url, stop }
}

async function runSamples(samples: readonly Sample[], options: RunOptions): Promise<string> {
  const printed: string[] = []
  for (const { name } of samples.filter(({ kind }) => kind === 'runs')) {
    const output = await run(process.execPath, [join('Node16', `${name}.js`)], options)
    require(output.trim() !== '', `The sample ${name} printed nothing.`)
    printed.push(`  ${name}: ${output.split('\n')[0]}`)
  }
  return `\n${printed.join('\n')}`
}

async function runCommandLine(options: RunOptions): Promise<string> {
  const output = await run('npx', ['--no-install', 'facecompare', 'compare', 'a.jpg', 'b.jpg', '--json'], options)
  const answer: unknown = JSON.parse(output)
  require(typeof answer === 'object' && answer !== null && 'match' in answer && answer.match === true, output)
  return 'npx facecompare compare: a match'
}

/** Nothing can be written, neither beside the package nor in a home or a folder for temporary files. */
async function runReadOnly({ cwd, env }: RunOptions): Promise<string> {
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY } : {}
  const options = { cwd, env: { ...env, HOME: cwd, XDG_CACHE_HOME: cwd, TMPDIR: cwd }, ...asNobody }
  await run('chmod', ['-R', 'a-w,a+rX', cwd], { cwd, env })
  try {
    const writes = ['-e', 'require("node:fs").writeFileSync("written", "")']
    const isWritten = await run(process.execPath, writes, options).then(
      () => true,
      () => false,
    )
    require(!isWritten, 'Expected the folder of the project to be read-only.')
    const main = join('node_modules', 'facecompare', 'dist', 'cli', 'main.js')
    const output = await run(process.execPath, [main, 'compare', 'a.jpg', 'b.jpg', '--json'], options)
    require(JSON.parse(output).match === true, output)
  } finally {
    await run('chmod', ['-R', 'u+w', cwd], { cwd, env })
  }
  return 'facecompare compare: a match'
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startMs = performance.now()
  const result = await work()
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`${name} (${seconds} s)${typeof result === 'string' ? `: ${result}` : ''}`)
  return result
}

async function verify(project: string): Promise<void> {
  const env = cleanEnvironment(project)
  const options = { cwd: project, env }
  const samples = ['library', 'client'].flatMap(readSamples)
  await step('packed', () => pack(project, env))
  await step('installed', () => install(project, env))
  const service = await step('service', () => startService(project, env))
  try {
    await writeProject(samples, service.url, project)
    await step('types', () => checkTypes(samples, project, env))
    await step('samples', () => runSamples(samples, options))
  } finally {
    await service.stop()
  }
  await step('command line', () => runCommandLine(options))
  await step('read-only', () => runReadOnly(options))
}

const project = await mkdtemp(join(tmpdir(), 'facecompare-package-'))
try {
  await verify(project)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await rm(project, { recursive: true, force: true })
}
