import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { goodManifest, writePack } from '../support/model-packs.js'

const PROGRAM = fileURLToPath(new URL('./without-descriptors.mjs', import.meta.url))

it.skipIf(process.platform === 'win32')(
  'a worker that dies while no file descriptor is free is missed at once, and replaced when one is',
  async () => {
    const modelPack = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
    await writePack(modelPack, goodManifest())
    try {
      const command = 'ulimit -n 96; exec "$0" "$@"'
      const child = spawn('sh', ['-c', command, process.execPath, PROGRAM, modelPack], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let output = ''
      child.stdout.on('data', (chunk) => {
        output += String(chunk)
      })
      await once(child, 'close')
      expect(JSON.parse(output)).toEqual({
        readyBefore: 1,
        readyWithout: 0,
        pidsWithout: [],
        triedAgain: true,
        triedTooOften: false,
        readyAfter: 1,
        answered: 'next',
      })
    } finally {
      await rm(modelPack, { recursive: true, force: true })
    }
  },
  60_000,
)
