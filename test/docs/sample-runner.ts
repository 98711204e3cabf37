/** Runs samples as a reader would: in a folder with two photographs, with programs and a service that are the real ones. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cutPerson } from '../../support/sample-people.js'
import { embedderFile, goodManifest, writePack, yunetFile } from '../support/model-packs.js'
import { runHere } from '../support/run-here.js'
import { CREDENTIAL, MAIN, type RunningService, sign } from '../support/service.js'
import { TSX } from '../support/tsx.js'
import type { Sample } from './samples.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NPM = fileURLToPath(new URL('npm-of-samples.mjs', import.meta.url))
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
/** Types are left out and not checked, which takes a quarter of the time that `tsx` takes to start. */
const TSC_ARGS = ['--noCheck', '--noResolve', '--types', '', '--module', 'nodenext', '--target', 'es2023', 'sample.ts']
const LONGEST_MS = 30_000

interface Interpreter {
  readonly program: string
  readonly file: string
  readonly args: readonly string[]
  readonly check: readonly string[]
}

const node = (file: string, ...args: readonly string[]): Interpreter => {
  return { program: process.execPath, file, args: [...args, file], check: ['--version'] }
}
const shell: Interpreter = { program: 'sh', file: 'sample.sh', args: ['-eu', 'sample.sh'], check: ['-c', 'true'] }

/** By the language of the fence. */
export const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  sh: shell,
  bash: { ...shell, program: 'bash' },
  python: { program: 'python3', file: 'sample.py', args: ['sample.py'], check: ['--version'] },
  php: { program: 'php', file: 'sample.php', args: ['sample.php'], check: ['--version'] },
  // A file of source is run as it is since Java 11; that needs the compiler, which is absent from a mere runtime.
  java: { program: 'java', file: 'Sample.java', args: ['Sample.java'], check: ['--list-modules'] },
  js: node('sample.mjs'),
  ts: node('sample.js'),
}
/** Of what imports the sources of the project. */
const WITH_SOURCES = node('sample.ts', ...TSX)

/** Whether the language's program is on this machine. */
export function isInstalled(language: string): boolean {
  const { program, check } = INTERPRETERS[language] ?? shell
  const { status, stdout } = spawnSync(program, check, { encoding: 'utf8' })
  return status === 0 && (language !== 'java' || stdout.includes('jdk.compiler'))
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Desk {
  readonly run: (sample: Sample) => Promise<Finished>
  /** Starts what the sample starts, and waits until it is ready. */
  readonly start: (sample: Sample) => Promise<void>
  readonly clear: () => Promise<void>
}

/** A folder for the samples of one page, with what a reader has at hand: pictures, keys, model packs. */
export async function prepareDesk(service: RunningService): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'facecompare-samples-'))
  await layOut(folder)
  const env = {
    ...withoutSettings(process.env),
    PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
    SIGN: sign(),
    FACECOMPARE_DATA_DIR: service.dataDir,
    FACECOMPARE_WORKERS: '1',
  }
  const started: ChildProcess[] = []
  let startedUrl = ''
  const fillIn = async (code: string) =>
    code
      .replaceAll('OLD_SECRET_ID', code.includes('OLD_SECRET_ID') ? await makeKey(service) : '')
      .replaceAll(/https?:\/\/127\.0\.0\.1:8080/g, service.url)
      .replaceAll('127.0.0.1:8443', startedUrl.replace(/^https?:\/\//, ''))
      .replaceAll('YOUR_APPID', CREDENTIAL.appid)
      .replaceAll('YOUR_SECRET_ID', CREDENTIAL.secretId)
      .replaceAll('YOUR_SECRET_KEY', CREDENTIAL.secretKey)
      .replaceAll(/FACECOMPARE_PORT=\d+/g, 'FACECOMPARE_PORT=0')

  const begin = async ({ language, code }: Sample, more: Readonly<Record<string, string>> = {}) => {
    const { program, file, args } = interpreterOf(language, code)
    const isCompiled = language === 'ts' && file.endsWith('.js')
    await writeFile(join(folder, isCompiled ? 'sample.ts' : file), await fillIn(code))
    if (isCompiled) await promisify(execFile)(process.execPath, [TSC, ...TSC_ARGS], { cwd: folder })
    // A group of its own: what a shell has started must end with it.
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    return spawn(program, args, { cwd: folder, env: { ...env, ...more }, stdio: [...stdio], detached: true })
  }
  return {
    async run(sample) {
      const child = await begin(sample)
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), LONGEST_MS)
      return collect(child).finally(() => clearTimeout(timer))
    },
    async start(sample) {
      const dataDir = join(folder, `data-${started.length}`)
      const child = await begin(sample, { SAMPLE_STARTS: '1', FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_PORT: '0' })
      started.push(child)
      startedUrl = await readUrl(child)
    },
    async clear() {
      await Promise.all(started.map(end))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function interpreterOf(language: string, code: string): Interpreter {
  if (language === 'ts' && /from '\.\/(support|tools)\//.test(code)) return WITH_SOURCES
  return INTERPRETERS[language] ?? shell
}

async function layOut(folder: string): Promise<void> {
  const people = { 'a.jpg': 'womanAtParty', 'b.jpg': 'womanInBar', 'c.jpg': 'man' } as const
  for (const [name, person] of Object.entries(people)) await writeFile(join(folder, name), await cutPerson(person))
  for (const [person, cuts] of [
    ['one', ['womanAtParty', 'womanInBar']] as const,
    ['two', ['man', 'manAgain']] as const,
  ]) {
    await mkdir(join(folder, 'PICTURES', person), { recursive: true })
    for (const cut of cuts) await writeFile(join(folder, 'PICTURES', person, `${cut}.jpg`), await cutPerson(cut))
  }
  await writeFile(join(folder, 'groups.csv'), 'one,women\ntwo,men\n')
  await mkdir(join(folder, 'pictures'))
  for (const name of ['b.jpg', 'c.jpg']) await symlink(join(folder, name), join(folder, 'pictures', name))
  await writePack(join(folder, 'packs', 'sface'), goodManifest(yunetFile(), embedderFile()))
  await mkdir(join(folder, 'node_modules', '@types'), { recursive: true })
  await symlink(ROOT, join(folder, 'node_modules', 'facecompare'))
  await symlink(join(ROOT, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
  // What samples for those who work on the project import.
  for (const name of ['support', 'tools']) await symlink(join(ROOT, name), join(folder, name))
  await mkdir(join(folder, 'bin'))
  const program = `exec '${process.execPath}' '${MAIN}' "$@"`
  const programs = {
    facecompare: program,
    npx: `[ "$1" = facecompare ] || { echo "No sample may call npx $1." >&2; exit 97; }\nshift\n${program}`,
    npm: `exec '${process.execPath}' '${NPM}' "$@"`,
  }
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
}

/** A key that may be revoked. */
async function makeKey({ dataDir }: RunningService): Promise<string> {
  const args = ['keys', 'create', '--appid', CREDENTIAL.appid, '--json']
  const { stdout } = await runHere(args, { FACECOMPARE_DATA_DIR: dataDir })
  return /"secretId": "([^"]+)"/.exec(stdout)?.[1] ?? ''
}

/** The settings of whoever runs the tests are not the reader's. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('FACECOMPARE_')))
}

function collect(child: ChildProcess): Promise<Finished> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

function readUrl(child: ChildProcess): Promise<string> {
  const ended = collect(child)
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += String(chunk)
      const found = /ready on (\S+);/.exec(text)?.[1]
      if (found) resolve(found)
    })
    ended.then(({ code, stderr }) => reject(new Error(`The sample ended with ${code}: ${stderr}`)))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  signalGroup(child, 'SIGTERM')
  await closed
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended.
  }
}
