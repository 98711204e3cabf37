/**
 * Starts the service as a user does, sends real signed calls over HTTP (one with two pictures of one person, one with
 * two persons) and prints the answers with their times. The pictures are cut from photographs of an installed package.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { computeSignature } from '../src/auth/signature.js'
import { cutPerson, type SamplePerson } from '../support/sample-people.js'

const SERVER = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const CREDENTIAL = { appid: '10000001', secretId: 'AKIDdemo', secretKey: 'a-key-for-this-demo-alone' }

async function startService(dataDir: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const env = {
    ...process.env,
    FACECOMPARE_PORT: '0',
    FACECOMPARE_DATA_DIR: dataDir,
    FACECOMPARE_BOOTSTRAP_APP: `${CREDENTIAL.appid}:${CREDENTIAL.secretId}:${CREDENTIAL.secretKey}`,
    FACECOMPARE_LOG_LEVEL: 'warn',
  }
  const child = spawn(process.execPath, [SERVER, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
      const found = /ready on (\S+);/.exec(text)?.[1]
      if (found) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`The service ended with code ${code} before it was ready.`)))
  })
  return { child, url }
}

function sign(): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...CREDENTIAL, issuedAt, expiresAt: issuedAt + 60 }, CREDENTIAL.secretKey)
}

async function compare(url: string, title: string, a: SamplePerson, b: SamplePerson): Promise<void> {
  const form = new FormData()
  form.set('appid', CREDENTIAL.appid)
  form.set('imageA', new Blob([new Uint8Array(await cutPerson(a))]), 'a.jpg')
  form.set('imageB', new Blob([new Uint8Array(await cutPerson(b))]), 'b.jpg')
  const startMs = performance.now()
  const answer = await fetch(`${url}/face/compare`, { method: 'POST', headers: { Authorization: sign() }, body: form })
  const body = await answer.text()
  const ms = performance.now() - startMs
  console.log(`\n${title}: HTTP ${answer.status}, ${ms.toFixed(0)} ms\n${body}`)
}

const dataDir = await mkdtemp(join(tmpdir(), 'facecompare-demo-'))
const startMs = performance.now()
const { child, url } = await startService(dataDir)
try {
  console.log(`The service was ready after ${(performance.now() - startMs).toFixed(0)} ms on ${url}.`)
  await compare(url, 'One woman at a party and in a bar', 'womanAtParty', 'womanInBar')
  await compare(url, 'Two women', 'womanAtParty', 'otherWoman')
  await compare(url, 'The first call again, now that everything is warm', 'womanAtParty', 'womanInBar')
} finally {
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
  await rm(dataDir, { recursive: true, force: true })
}
