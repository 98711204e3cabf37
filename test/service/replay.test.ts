import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { computeSignature } from '../../src/auth/signature.js'
import { cutPerson } from '../../support/sample-people.js'
import { BOOTSTRAP, CREDENTIAL, readAnswer, startService } from '../support/service.js'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

function signOnce(fileId: string): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature({ ...CREDENTIAL, issuedAt, expiresAt: 0, fileId }, CREDENTIAL.secretKey)
}

it('a signature that works once does not work again after a crash, however it is presented', async () => {
  const env = { ...BOOTSTRAP, FACECOMPARE_DATA_DIR: dataDir, FACECOMPARE_WORKERS: '1' }
  const image = Buffer.from(await cutPerson('man')).toString('base64')
  const post = async (url: string, headers: Readonly<Record<string, string>>, query = '') => {
    const body = JSON.stringify({ appid: CREDENTIAL.appid, imageA: image, imageB: image })
    const type = { 'Content-Type': 'application/json' }
    const response = await fetch(`${url}/face/compare${query}`, {
      method: 'POST',
      headers: { ...type, ...headers },
      body,
    })
    return (await readAnswer(response)).code
  }
  const used = signOnce('used')
  const first = await startService(env)
  expect(await post(first.url, { Authorization: used })).toBe(0)
  expect(await first.stop('SIGKILL')).toBe('SIGKILL')

  const second = await startService(env)
  expect(await post(second.url, { Authorization: used })).toBe(13)
  expect(await post(second.url, { Authorization: `Bearer ${used}` })).toBe(13)
  expect(await post(second.url, { Authorization: used.replace(/=+$/, '') })).toBe(13)
  expect(await post(second.url, {}, `?sign=${encodeURIComponent(used)}`)).toBe(13)
  expect(await post(second.url, { Authorization: signOnce('another') })).toBe(0)
  await second.stop()
})
