import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connectRaw } from '../support/raw-http.js'
import { BOOTSTRAP, MAIN, sign } from '../support/service.js'

/** Makes a process the first of its own world, as the service is in its image: the kernel spares it its own SIGKILL. */
const ISOLATE = ['--pid', '--fork', '--kill-child', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])]
const canIsolate = process.platform === 'linux' && spawnSync('unshare', [...ISOLATE, 'true']).status === 0

it.skipIf(!canIsolate)('the first process of a container ends at a second signal, too', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const outer = spawn('unshare', [...ISOLATE, process.execPath, MAIN, 'serve'], {
    env: {
      ...process.env,
      ...BOOTSTRAP,
      FACECOMPARE_DATA_DIR: dataDir,
      FACECOMPARE_PORT: '0',
      FACECOMPARE_WORKERS: '1',
      FACECOMPARE_DRAIN_TIMEOUT_MS: '60000',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    const ended = once(outer, 'exit')
    const port = Number(await readUntil(outer.stdout, /ready on http:\/\/[^\s;]*:(\d+);/))
    const pid = Number(readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8'))
    // An upload that keeps the service from ending.
    const client = connectRaw(port)
    client.write(`POST /face/compare HTTP/1.1\r\nHost: x\r\nAuthorization: ${sign()}\r\n`)
    client.write('Content-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n')
    await client.until((text) => text.includes('100 Continue'))
    const ending = readUntil(outer.stderr, /(the service ends)/)
    process.kill(pid, 'SIGTERM')
    await ending
    // Another one: the same within half a second would be the first once more.
    process.kill(pid, 'SIGINT')
    expect(await ended).toEqual([137, null])
    client.socket.destroy()
  } finally {
    outer.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
})

/** The first group of the pattern, as soon as the stream has it. */
function readUntil(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    stream.on('data', (chunk) => {
      text += String(chunk)
      const found = pattern.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
}
