import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMasterKey } from '../../src/store/secret-box.js'
import { type Credential, type Store, StoreError } from '../../src/store/store.js'
import { MASTER_KEY } from '../support/postgres.js'
import { kinds, type StorePlace } from '../support/store-kinds.js'

const NEXT = 'ffeeddccbbaa99887766554433221100'.repeat(2)
const BOTH = { masterKey: MASTER_KEY, masterKeyNext: NEXT }

describe.each(kinds)('the master key of a $kind store', ({ makePlace }) => {
  let place: StorePlace
  let credential: Credential
  const opened: Store[] = []

  async function open(keys: Parameters<StorePlace['open']>[0]): Promise<Store> {
    const store = await place.open(keys)
    opened.push(store)
    return store
  }

  beforeEach(async () => {
    place = await makePlace()
    const store = await open({ masterKey: MASTER_KEY })
    const { appid } = await store.createApp()
    credential = await store.createKey(appid)
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
    await place.remove()
  })

  it('is replaced: the new one opens every SecretKey, the old one nothing', async () => {
    const store = await open({ masterKey: MASTER_KEY })
    const revoked = await store.createKey(credential.appid)
    await store.revokeKey(revoked.secretId)
    expect(await store.rotateMasterKey(NEXT)).toBe(2)
    await expect(open({ masterKey: MASTER_KEY })).rejects.toThrow(/^The master key is not the one/)
    const after = await open({ masterKey: NEXT })
    expect(await after.findKey(credential.secretId)).toEqual({ ...credential, revoked: false })
    expect(await after.findKey(revoked.secretId)).toEqual({ ...revoked, revoked: true })
  })

  it('takes more SecretKeys with it than fit into one statement', async () => {
    const store = await open({ masterKey: MASTER_KEY })
    const made: Credential[] = []
    // As many at once as there are connections: who waits for one too long is refused.
    while (made.length < 110) {
      made.push(...(await Promise.all(Array.from({ length: 10 }, () => store.createKey(credential.appid)))))
    }
    expect(await store.rotateMasterKey(NEXT)).toBe(111)
    const after = await open({ masterKey: NEXT })
    for (const key of made) expect(await after.findKey(key.secretId)).toEqual({ ...key, revoked: false })
  })

  it('stays when the new one is malformed or the same, and says so', async () => {
    const store = await open({ masterKey: MASTER_KEY })
    await expect(store.rotateMasterKey('hunter2')).rejects.toThrow(/^The master key must be 32 bytes(?!.*hunter2)/)
    const same = Buffer.from(MASTER_KEY, 'hex').toString('base64')
    await expect(store.rotateMasterKey(same)).rejects.toThrow(/is the one that is in use; nothing was changed\.$/)
    expect(await (await open({ masterKey: MASTER_KEY })).findKey(credential.secretId)).toMatchObject(credential)
  })

  it('is not replaced twice: a rotation whose success was not heard of may be asked for again', async () => {
    const store = await open(BOTH)
    const again = await open(BOTH)
    expect(await store.rotateMasterKey(NEXT)).toBe(1)
    expect(await again.rotateMasterKey(NEXT)).toBeUndefined()
    expect(await (await open({ masterKey: NEXT })).findKey(credential.secretId)).toMatchObject(credential)
  })

  it('stays when one of the SecretKeys cannot be opened: all or none', async () => {
    const store = await open({ masterKey: MASTER_KEY })
    await Promise.all(Array.from({ length: 20 }, () => store.createKey(credential.appid)))
    const { secretId } = await store.createKey(credential.appid)
    await place.execute(`update keys set sealed_secret = 'v1.spoilt' where secret_id = '${secretId}'`)
    await expect(store.rotateMasterKey(NEXT)).rejects.toThrow(StoreError)
    const after = await open({ masterKey: MASTER_KEY })
    expect(await after.findKey(credential.secretId)).toMatchObject(credential)
    await expect(open({ masterKey: NEXT })).rejects.toThrow(StoreError)
  })

  it('is replaced under processes that know both keys, and they notice nothing', async () => {
    const [other, rotating] = [await open(BOTH), await open(BOTH)]
    let ended = false
    const made: Credential[] = []
    const work = (async () => {
      while (!ended) {
        expect(await other.findKey(credential.secretId)).toMatchObject(credential)
        made.push(await other.createKey(credential.appid))
        await other.ping()
        await setImmediate()
      }
    })()
    await expect.poll(() => made.length).toBeGreaterThan(5)
    await rotating.rotateMasterKey(NEXT)
    const before = made.length
    await expect.poll(() => made.length).toBeGreaterThan(before + 5)
    ended = true
    await work
    const after = await open({ masterKey: NEXT })
    for (const key of made) expect(await after.findKey(key.secretId)).toMatchObject(key)
  })

  it('is missed by a process that knows the old one alone: it seals nothing, and says that it is not ready', async () => {
    const other = await open({ masterKey: MASTER_KEY })
    await other.ping()
    await (await open(BOTH)).rotateMasterKey(NEXT)
    const sentence = /^The master key is not the one/
    await expect(other.ping()).rejects.toThrow(sentence)
    await expect(other.createKey(credential.appid)).rejects.toThrow(sentence)
    await expect(other.putKey({ ...credential, secretId: 'AKIDnew' })).rejects.toThrow(sentence)
    await expect(other.findKey(credential.secretId)).rejects.toThrow(StoreError)
    expect(await other.listKeys()).toHaveLength(1)
  })

  it('goes to one of two that are wanted at the same time, and everything with it', async () => {
    const wanted = [createMasterKey(), createMasterKey()]
    const stores = [await open({ masterKey: MASTER_KEY }), await open({ masterKey: MASTER_KEY })]
    const results = await Promise.allSettled(stores.map((store, index) => store.rotateMasterKey(wanted[index] ?? '')))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const winner = wanted[results.findIndex(({ status }) => status === 'fulfilled')] ?? ''
    expect(await (await open({ masterKey: winner })).findKey(credential.secretId)).toMatchObject(credential)
  })
})
