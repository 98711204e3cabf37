import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  authenticate,
  type CredentialSource,
  claimSingleUse,
  type Identity,
  type PresentedSignature,
} from '../../src/auth/authenticate.js'
import { computeSignature, signOriginal } from '../../src/auth/signature.js'
import { ERRORS, type ErrorName } from '../../src/errors.js'
import { EXAMPLE, VECTORS } from './vectors.js'

const NOW = 1_700_000_000
const SECRET = 'SecretKeyOfTheTests'

const credentials: CredentialSource = {
  async findApp(appid) {
    if (appid === 'broken') throw new Error('disk on fire')
    return ['100', '200', EXAMPLE.appid, 'off'].includes(appid) ? { appid, enabled: appid !== 'off' } : undefined
  },
  async findKey(secretId) {
    if (secretId === 'broken') throw new Error('disk on fire')
    if (secretId === EXAMPLE.secretId) return { ...EXAMPLE, revoked: false }
    if (secretId === 'revoked') return { secretId, appid: '100', secretKey: SECRET, revoked: true }
    return secretId === 'good' ? { secretId, appid: '100', secretKey: SECRET, revoked: false } : undefined
  },
}

function check(presented: Partial<PresentedSignature>, nowSeconds = NOW): Promise<Identity> {
  return authenticate({ authorization: presented.authorization, sign: presented.sign }, { credentials, nowSeconds })
}

function sign(original = `a=100&b=&k=good&e=${NOW + 30}&t=${NOW}`, secret = SECRET): string {
  return signOriginal(original, secret)
}

async function expectRefusal(promise: Promise<unknown>, kind: ErrorName): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'FaceCompareError', kind, code: ERRORS[kind].code })
}

const good = sign()

describe('authenticate', () => {
  it.each<[string, Partial<PresentedSignature>, ErrorName]>([
    ['nothing', {}, 'SIGNATURE_MISSING'],
    ['an empty header and an empty query', { authorization: '', sign: '' }, 'SIGNATURE_MISSING'],
    ['a blank header', { authorization: ' \t' }, 'SIGNATURE_MISSING'],
    ['Bearer alone', { authorization: 'Bearer' }, 'SIGNATURE_MISSING'],
    ['bearer alone, even beside a good query', { authorization: 'bearer ', sign: good }, 'SIGNATURE_MISSING'],
    ['another scheme', { authorization: `Basic ${good}` }, 'SIGNATURE_MALFORMED'],
    ['another scheme, even beside a good query', { authorization: 'Basic eDp5', sign: good }, 'SIGNATURE_MALFORMED'],
    ['a bad header, even beside a good query', { authorization: 'bad', sign: good }, 'SIGNATURE_MALFORMED'],
    ['Bearer twice', { authorization: `Bearer Bearer ${good}` }, 'SIGNATURE_MALFORMED'],
  ])('refuses %s', async (_, presented, kind) => {
    await expectRefusal(check(presented), kind)
  })

  it.each<[string, string, ErrorName]>([
    ['an unknown app before an unknown key', 'a=999&k=nobody', 'APP_UNKNOWN'],
    ['an app that is switched off', 'a=off&k=good', 'APP_UNKNOWN'],
    ['an unknown key', 'a=100&k=nobody', 'SECRET_ID_UNKNOWN'],
    ['a revoked key, before its HMAC', 'a=100&k=revoked', 'SECRET_ID_UNKNOWN'],
    ["a key of another app, before the signature's HMAC", 'a=200&k=good', 'SECRET_ID_MISMATCH'],
    ['a wrong HMAC', 'a=100&k=good', 'SIGNATURE_WRONG'],
    ['an unknown app whose key cannot be looked up', 'a=999&k=broken', 'APP_UNKNOWN'],
    ['an app that cannot be looked up', 'a=broken&k=good', 'AUTH_UNAVAILABLE'],
    ['a key that cannot be looked up', 'a=100&k=broken', 'AUTH_UNAVAILABLE'],
  ])('refuses %s, before it looks at the clock', async (_, fields, kind) => {
    await expectRefusal(check({ authorization: sign(`${fields}&t=1&e=2`, 'another secret') }), kind)
  })

  it('refuses a text that was changed after it was signed', async () => {
    const bytes = Buffer.from(good, 'base64')
    for (const at of [0, 19, 20 + 'a=100&b='.length - 2]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      await expect(check({ authorization: changed.toString('base64') })).rejects.toMatchObject({
        kind: expect.stringMatching(/^(SIGNATURE_WRONG|SIGNATURE_MALFORMED)$/),
      })
    }
  })

  it.each<[string, Partial<PresentedSignature>]>([
    ['as it is', { authorization: good }],
    ['with Bearer', { authorization: `Bearer ${good}` }],
    ['with bEARER and more space', { authorization: `  bEARER   ${good} ` }],
    ['in the query', { sign: good }],
    ['in the query beside an empty header', { authorization: '', sign: good }],
    ['without padding', { authorization: good.replace(/=+$/, '') }],
    ['before a bad query', { authorization: good, sign: 'bad' }],
  ])('takes a signature %s', async (_, presented) => {
    expect(await check(presented)).toEqual({ appid: '100', bucket: '', secretId: 'good' })
  })

  it('reads a space in the query as a plus', async () => {
    const text = Array.from({ length: 50 }, (_, r) => sign(`a=100&k=good&e=${NOW + 30}&t=${NOW}&r=${r}`)).find((one) =>
      one.includes('+'),
    )
    if (text === undefined) throw new Error('None of the signatures has a plus.')
    await check({ sign: text.replaceAll('+', ' ') })
    await expectRefusal(check({ authorization: text.replaceAll('+', ' ') }), 'SIGNATURE_MALFORMED')
  })

  it('takes a many-use signature until the second of its expiry, again and again', async () => {
    await check({ authorization: good }, NOW + 30)
    await check({ authorization: good }, NOW + 30)
    await expectRefusal(check({ authorization: good }, NOW + 31), 'SIGNATURE_EXPIRED')
  })

  it('takes a clock that runs 5 minutes ahead, and tells a faster one both times', async () => {
    await check({ authorization: good }, NOW - 300)
    const late = check({ authorization: good }, NOW - 301)
    await expectRefusal(late, 'SIGNATURE_WRONG')
    await expect(late).rejects.toThrow(/clocks differ.*2023-11-14T22:13:20Z.*2023-11-14T22:08:19Z/)
  })

  it('says nothing about clocks to those who have no key', async () => {
    const forged = check({ authorization: sign(`a=100&k=good&e=${NOW + 900}&t=${NOW + 600}`, 'another secret') })
    await expectRefusal(forged, 'SIGNATURE_WRONG')
    await expect(forged).rejects.not.toThrow(/clock/)
  })

  it('takes a single-use signature for 15 minutes', async () => {
    const once = sign(`a=100&b=bk&k=good&e=0&t=${NOW}&f=file`)
    await check({ authorization: once }, NOW - 300)
    await check({ authorization: once }, NOW + 900)
    await expectRefusal(check({ authorization: once }, NOW - 301), 'SIGNATURE_WRONG')
    await expectRefusal(check({ authorization: once }, NOW + 901), 'SIGNATURE_EXPIRED')
  })

  it('knows a single-use signature by its bytes, however it is presented', async () => {
    const once = sign(`a=100&b=bk&k=good&e=0&t=${NOW}&f=file`)
    const identity = await check({ authorization: once })
    const id = createHash('sha256').update(Buffer.from(once, 'base64')).digest('hex')
    expect(identity).toEqual({
      appid: '100',
      bucket: 'bk',
      secretId: 'good',
      singleUse: { id, forgetAtSeconds: NOW + 900 },
    })
    expect(await check({ authorization: `Bearer ${once.replace(/=+$/, '')}` })).toEqual(identity)
    expect(await check({ sign: once })).toEqual(identity)
  })

  it.each(VECTORS)('takes the published signature: $kind', async ({ sign: published, expiresAt }) => {
    const identity = await check({ authorization: published }, EXAMPLE.issuedAt + 60)
    expect(identity).toMatchObject({ appid: EXAMPLE.appid, bucket: EXAMPLE.bucket, secretId: EXAMPLE.secretId })
    expect(identity.singleUse !== undefined).toBe(expiresAt === 0)
  })

  it('never tells a secret', async () => {
    const secrets = new RegExp(`${SECRET}|disk on fire|good`)
    const texts = [
      sign(`a=100&k=good&t=1&e=2`, 'x'),
      sign('a=100&k=good&t=1&e=2'),
      sign('a=200&k=good&t=1&e=2'),
      sign('a=broken&k=good&t=1&e=2'),
    ]
    for (const authorization of texts) await expect(check({ authorization })).rejects.not.toThrow(secrets)
  })

  it('signs and checks with computeSignature', async () => {
    const text = computeSignature(
      { appid: '100', bucket: 'b', secretId: 'good', issuedAt: NOW, expiresAt: NOW + 1 },
      SECRET,
    )
    expect(await check({ authorization: text })).toMatchObject({ bucket: 'b' })
  })
})

describe('claimSingleUse', () => {
  const identity = { appid: '1', bucket: '', secretId: 'k', singleUse: { id: 'ab', forgetAtSeconds: 5 } }

  it('passes on a first use, and refuses a second', async () => {
    const used = new Set<string>()
    const ledger = {
      async claimSignature(id: string, forgetAtSeconds: number) {
        const entry = `${id} ${forgetAtSeconds}`
        return !used.has(entry) && used.add(entry).size > 0
      },
    }
    await claimSingleUse(identity, ledger)
    expect([...used]).toEqual(['ab 5'])
    await expectRefusal(claimSingleUse(identity, ledger), 'SIGNATURE_REPLAYED')
  })

  it('says that signatures cannot be checked when the ledger does not answer', async () => {
    const claimSignature = async () => Promise.reject(new Error('disk on fire'))
    await expectRefusal(claimSingleUse(identity, { claimSignature }), 'AUTH_UNAVAILABLE')
  })

  it('asks nothing for a many-use signature', async () => {
    const claimSignature = async () => Promise.reject(new Error('asked'))
    await claimSingleUse({ appid: '1', bucket: '', secretId: 'k' }, { claimSignature })
  })
})
