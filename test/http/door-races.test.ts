import { afterEach, describe, expect, it } from 'vitest'
import type { Gallery } from '../../src/calls/gallery.js'
import { analyzeWith, type FaceEngine } from '../../src/engine/engine.js'
import type { GalleryRepository } from '../../src/gallery/gallery.js'
import { createNamedFaces, type GalleryService, photo, startGalleryService } from '../support/gallery-service.js'
import { MEAN_FACE } from '../support/mean-face.js'
import { awsRequest, iaiRequest, type WireRequest } from '../support/wires.js'

/** What one call has seen, another one deletes before the first is done with it. */

let service: GalleryService | undefined
let happen = async (_method: keyof GalleryRepository): Promise<void> => {}
afterEach(async () => {
  happen = async () => {}
  await service?.close()
  service = undefined
})

/** Every method as it is; but something may happen before or after it. */
function interrupted(repository: GalleryRepository): GalleryRepository {
  return new Proxy(repository, {
    get(target, name: keyof GalleryRepository) {
      return async (...given: unknown[]) => {
        if (FIRST.includes(name)) await happen(name)
        const result = (await Reflect.apply(target[name], target, given)) as unknown
        if (!FIRST.includes(name)) await happen(name)
        return result
      }
    },
  })
}

/** It happens before these, and after all others. */
const FIRST: readonly (keyof GalleryRepository)[] = ['createPerson', 'findPerson']

/** Lets something happen once, at the next call of the method. */
function at(method: keyof GalleryRepository, work: () => Promise<unknown>): void {
  happen = async (called) => {
    if (called !== method) return
    happen = async () => {}
    await work()
  }
}

/** Faces whose pose can be estimated, but for that of `nobody`. */
function createEngine(): FaceEngine {
  const named = createNamedFaces()
  const findFaces: FaceEngine['findFaces'] = async (image, ...rest) => {
    const found = await named.findFaces(image, ...rest)
    if (Buffer.from(image).includes('nobody')) return found
    const landmarks = Float32Array.from(MEAN_FACE, (value) => 100 * value)
    return { ...found, faces: found.faces.map((face) => ({ ...face, landmarks })) }
  }
  return { ...named, findFaces, analyze: analyzeWith(findFaces) }
}

async function start(limits: Partial<Gallery['limits']> = {}): Promise<void> {
  const gallery = ({ repository }: Gallery) => ({ repository: interrupted(repository) })
  service = await startGalleryService({ limits, gallery, app: { engine: createEngine() } })
}

async function send({ path, headers, body }: WireRequest) {
  const response = await service?.app.inject({ method: 'POST', url: path, headers, payload: body })
  return response?.json()
}
const aws = (operation: string, members: object) => send(awsRequest(JSON.stringify(members), { operation }))
const iai = async (action: string, members: object) =>
  (await send(iaiRequest(JSON.stringify(members), { action }))).Response
const picture = (names: string) => photo(names).toString('base64')

const COLLECTION = { CollectionId: 'c' }
const GROUP = { GroupId: 'g' }
const index = async (names: string): Promise<readonly string[]> => {
  const { FaceRecords } = await aws('IndexFaces', { ...COLLECTION, Image: { Bytes: picture(names) } })
  return FaceRecords.map(({ Face }: { Face: { FaceId: string } }) => Face.FaceId)
}
const enrol = (PersonId: string) =>
  iai('CreatePerson', { ...GROUP, PersonId, PersonName: 'n', Image: picture(PersonId) })

describe('a collection of Rekognition', () => {
  it('does not come back with a face that was looked at while it was deleted', async () => {
    await start()
    await aws('CreateCollection', COLLECTION)
    at('createPerson', () => aws('DeleteCollection', COLLECTION))
    const indexed = await aws('IndexFaces', { ...COLLECTION, Image: { Bytes: picture('ann') } })
    expect(indexed).toMatchObject({ __type: 'ResourceNotFoundException' })
    expect(await aws('ListCollections', {})).toMatchObject({ CollectionIds: [] })
  })

  it('is deleted with a face that comes into it meanwhile', async () => {
    await start()
    await aws('CreateCollection', COLLECTION)
    await index('ann')
    at('listPersons', () => index('bob'))
    expect(await aws('DeleteCollection', COLLECTION)).toEqual({ StatusCode: 200 })
    expect(await aws('DescribeCollection', COLLECTION)).toMatchObject({ __type: 'ResourceNotFoundException' })
    expect((await service?.json('getgroupids'))?.data.group_ids).toEqual([])
  })

  it('is deleted when somebody deletes a face of it meanwhile', async () => {
    await start()
    await aws('CreateCollection', COLLECTION)
    const FaceIds = await index('ann')
    at('listPersons', () => aws('DeleteFaces', { ...COLLECTION, FaceIds }))
    expect(await aws('DeleteCollection', COLLECTION)).toEqual({ StatusCode: 200 })
  })

  it('tells of a face that somebody else has deleted meanwhile as of one that is not there', async () => {
    await start()
    await aws('CreateCollection', COLLECTION)
    const [ann, bob] = [await index('ann'), await index('bob')]
    at('listFaces', () => aws('DeleteFaces', { ...COLLECTION, FaceIds: ann }))
    expect(await aws('DeleteFaces', { ...COLLECTION, FaceIds: [...ann, ...bob] })).toEqual({
      DeletedFaces: bob,
      UnsuccessfulFaceDeletions: [{ FaceId: ann[0], Reasons: ['FACE_NOT_FOUND'] }],
    })
    const [eve = ''] = await index('eve')
    at('listFaces', () => aws('DeleteFaces', { ...COLLECTION, FaceIds: [eve] }))
    const { Message } = await aws('SearchFaces', { ...COLLECTION, FaceId: eve })
    expect(Message).toContain('There is no face')
  })

  it('is not described when it is deleted meanwhile', async () => {
    await start()
    await aws('CreateCollection', COLLECTION)
    at('countMembers', () => aws('DeleteCollection', COLLECTION))
    expect(await aws('DescribeCollection', COLLECTION)).toMatchObject({ __type: 'ResourceNotFoundException' })
  })
})

describe('IndexFaces that is refused', () => {
  it('keeps none of the faces when there is no place for all of them', async () => {
    await start({ maxPersonsPerGroup: 2 })
    await aws('CreateCollection', COLLECTION)
    const refused = await aws('IndexFaces', { ...COLLECTION, Image: { Bytes: picture('ann+bob+eve') } })
    expect(refused).toMatchObject({ __type: 'ServiceQuotaExceededException' })
    expect(await aws('ListFaces', COLLECTION)).toMatchObject({ Faces: [] })
    expect(await index('ann+bob')).toHaveLength(2)
  })

  it('keeps no face of which the answer cannot be written', async () => {
    await start()
    await aws('CreateCollection', COLLECTION)
    const refused = await aws('IndexFaces', { ...COLLECTION, Image: { Bytes: picture('ann+nobody') } })
    expect(refused).toMatchObject({ __type: 'InvalidParameterException' })
    expect(await aws('ListFaces', COLLECTION)).toMatchObject({ Faces: [] })
  })
})

describe('a group of IAI', () => {
  it('does not come back with a person who was looked at while it was deleted', async () => {
    await start()
    await iai('CreateGroup', { ...GROUP, GroupName: 'n' })
    at('createPerson', () => iai('DeleteGroup', GROUP))
    expect(await enrol('ann')).toMatchObject({ Error: { Code: 'InvalidParameterValue.GroupIdNotExist' } })
    expect(await iai('GetGroupList', {})).toMatchObject({ GroupNum: 0 })
  })

  it('is listed and searched without a person who is deleted meanwhile', async () => {
    await start()
    await iai('CreateGroup', { ...GROUP, GroupName: 'n' })
    for (const name of ['ann', 'bob', 'eve']) await enrol(name)
    at('listPersons', () => iai('DeletePerson', { PersonId: 'ann' }))
    expect(await iai('GetPersonList', GROUP)).toMatchObject({ PersonInfos: [{ PersonId: 'bob' }, { PersonId: 'eve' }] })
    at('findPerson', () => iai('DeletePerson', { PersonId: 'bob' }))
    const search = { GroupIds: ['g'], Image: picture('bob'), NeedPersonInfo: 1 }
    expect(await iai('SearchFaces', search)).toMatchObject({ Results: [{ Candidates: [{ PersonId: 'eve' }] }] })
  })

  it('is deleted without a person who is put into another one meanwhile', async () => {
    await start()
    await iai('CreateGroup', { ...GROUP, GroupName: 'n' })
    await enrol('ann')
    at('listPersons', async () => service?.json('addgroupids', { person_id: 'ann', group_ids: ['other'] }))
    await iai('DeleteGroup', GROUP)
    expect((await service?.json('getinfo', { person_id: 'ann' }))?.data).toMatchObject({ group_ids: ['other'] })
  })
})
