import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shapeCommands } from '../../src/cli/completion.js'
import { COMPLETION_SCRIPTS } from '../../src/cli/completion-scripts.js'
import { createProgram } from '../../src/cli/program.js'

const shapes = shapeCommands(createProgram())
const hasBash = spawnSync('bash', ['--version']).status === 0

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  await writeFile(join(folder, 'script.bash'), COMPLETION_SCRIPTS.bash(shapes))
  await writeFile(join(folder, 'probe.jpg'), '')
  await mkdir(join(folder, 'holiday pictures'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What an interactive bash runs when these lines are typed, tabs and all: the words of each. */
async function typeIntoBash(lines: readonly string[]): Promise<readonly (readonly string[])[]> {
  const bash = spawn('bash', ['--norc', '--noprofile', '-i'], { cwd: folder, env: { ...process.env, TERM: 'dumb' } })
  let printed = ''
  bash.stdout.on('data', (chunk) => {
    printed += String(chunk)
  })
  const ended = new Promise((resolve) => bash.once('close', resolve))
  const runs = `facecompare() { local w; printf 'RAN'; for w in "$@"; do printf '|%s' "$w"; done; echo; }`
  bash.stdin.end(['bind "set enable-bracketed-paste off"', 'source script.bash', runs, ...lines, ''].join('\n'))
  await ended
  return [...printed.matchAll(/^RAN\|(.*)$/gm)].map(([, words = '']) => words.split('|'))
}

describe('completion', () => {
  // The suite must pass on a machine that has only Node.
  it.runIf(hasBash)('completes commands, options, their values and files in a real bash', async () => {
    const lines = [
      'facecompare comple\tz\t',
      'facecompare compare pro\t--ann\tpro\t--lang z\thol\t',
      'facecompare compare --effort=f\t',
      'facecompare keys rev\t--js\t',
      // Nothing to complete: a number, and what is not there.
      'facecompare compare --threshold pro\t',
      'facecompare nonsense --ann\t',
    ]
    expect(await typeIntoBash(lines)).toEqual([
      ['completion', 'zsh'],
      ['compare', 'probe.jpg', '--annotate', 'probe.jpg', '--lang', 'zh', 'holiday pictures/'],
      ['compare', '--effort=fast'],
      ['keys', 'revoke', '--json'],
      ['compare', '--threshold', 'pro'],
      ['nonsense', '--ann'],
    ])
  })

  it.runIf(hasBash)('runs nothing of what is being typed', async () => {
    // Ctrl-U drops the line.
    await typeIntoBash(['facecompare compare $(touch ran) `touch ran` --ann\t\u0015'])
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it('knows every command and option, in every shell', () => {
    const compare = shapes.find(({ path }) => path.join(' ') === 'compare')
    expect(compare?.options.find(({ flags }) => flags.includes('--annotate'))?.value).toEqual({ kind: 'path' })
    expect(shapes.map(({ path }) => path.join(' '))).toEqual(expect.arrayContaining(['', 'dedupe', 'models calibrate']))
    for (const write of Object.values(COMPLETION_SCRIPTS)) {
      const script = write(shapes)
      for (const { path, options } of shapes) {
        for (const word of [...path, ...options.flatMap(({ flags }) => flags.map((flag) => flag.replace(/^-+/, '')))]) {
          expect(script).toContain(word)
        }
      }
    }
  })
})
