import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NoStoreError } from '../../src/store/store.js'
import { MASTER_KEY } from '../support/postgres.js'
import { kinds, type StorePlace } from '../support/store-kinds.js'

describe.each(kinds)('a $kind store that must exist', ({ makePlace }) => {
  let place: StorePlace
  beforeEach(async () => {
    place = await makePlace()
  })
  afterEach(() => place.remove())

  it('is not made, and is opened when it is there', async () => {
    const mustExist = () => place.open({ masterKey: MASTER_KEY, mustExist: true })
    await expect(mustExist()).rejects.toBeInstanceOf(NoStoreError)
    await expect(place.execute('select * from apps')).rejects.toThrow()
    await expect(mustExist()).rejects.toBeInstanceOf(NoStoreError)
    await (await place.open({ masterKey: MASTER_KEY })).close()
    const store = await mustExist()
    expect(await store.isEmpty()).toBe(true)
    await store.close()
  })
})
