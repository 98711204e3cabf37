import { describe, expect, it } from 'vitest'
import { parseJsonObject } from '../../../src/wires/json-object.js'
import { ACTIONS, readAction, readRequest } from '../../../src/wires/tencent-iai/read-request.js'
import type { Action, Version } from '../../../src/wires/tencent-iai/request.js'
import { headerOf } from '../recorded-request.js'
import { RECORDED_REQUESTS } from './recorded-requests.js'

const atOnce = async () => {}
const READING = { maxImageBytes: 1000, turn: atOnce }
const BYTES = Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//', 'base64')
const B64 = BYTES.toString('base64')
const bytes = { bytes: BYTES }

async function read(action: Action, body: unknown, version: Version = '2020-03-03') {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readRequest({ action, version }, await parseJsonObject(Buffer.from(text), atOnce), READING)
}

async function recorded(name: string) {
  const request = RECORDED_REQUESTS.find((candidate) => candidate.name === name)
  if (!request) throw new Error(`Nothing recorded is called ${name}`)
  const asked = readAction(headerOf(request, 'x-tc-action'), headerOf(request, 'x-tc-version'))
  return readRequest(asked, await parseJsonObject(Buffer.from(request.body), atOnce), READING)
}

describe('readAction', () => {
  it('knows the actions of both versions', () => {
    expect(ACTIONS).toHaveLength(16)
    for (const action of ACTIONS) expect(readAction(action, '2020-03-03')).toEqual({ action, version: '2020-03-03' })
    expect(readAction('SearchPersons', '2018-03-01').version).toBe('2018-03-01')
  })

  it.each([
    ['CompareFace', undefined, 'NoSuchVersion'],
    ['CompareFace', '2019-01-01', 'NoSuchVersion'],
    [undefined, '2020-03-03', 'InvalidAction'],
    ['DetectLiveFace', '2020-03-03', 'InvalidAction'],
    ['compareface', '2020-03-03', 'InvalidAction'],
    ['toString', '2020-03-03', 'InvalidAction'],
    ['CompareMaskFace', '2018-03-01', 'InvalidAction'],
  ])('refuses %s of %s', (action, version, iaiCode) => {
    expect(() => readAction(action, version)).toThrow(expect.objectContaining({ iaiCode }))
  })
})

describe('readRequest', () => {
  it.each<[string, object]>([
    ['CompareFace', { A: bytes, B: bytes, faceModelVersion: '3.0', faceChoice: 'largest', qualityBar: 'promise' }],
    [
      'CompareFace of 2018 at localhost',
      { action: 'CompareFace', faceModelVersion: '2.0', faceChoice: 'largest', qualityBar: 'none' },
    ],
    ['CompareMaskFace', { A: bytes, B: { url: 'http://pictures.example/b.jpg' }, faceChoice: 'largest' }],
    ['DetectFaceSimilarity', { A: bytes, B: bytes, faceModelVersion: '3.0', faceChoice: 'surest' }],
    ['DetectFace', { image: bytes, maxFaces: 5, minFaceSize: 34, needsAttributes: true, needsQuality: true }],
    ['AnalyzeFace', { image: bytes, maxFaces: 1 }],
    ['CreateGroup', { groupId: 'staff', name: '员工', descriptions: ['工号'], tag: 'all', faceModelVersion: '3.0' }],
    ['GetGroupList', { offset: 0, limit: 10 }],
    ['DeleteGroup', { groupId: 'staff' }],
    [
      'CreatePerson',
      {
        groupId: 'staff',
        personId: 'ann',
        name: '安',
        gender: 'female',
        descriptions: [{ index: 0, text: '7' }],
        image: bytes,
        samePersonScore: 80,
        qualityBar: 'fair',
      },
    ],
    ['DeletePerson', { personId: 'ann' }],
    ['CreateFace', { personId: 'ann', images: [bytes, bytes], leastScore: 90 }],
    ['DeleteFace', { personId: 'ann', faceIds: ['1', '2'] }],
    ['GetPersonList', { groupId: 'staff', offset: 0, limit: 10 }],
    ['VerifyFace', { personId: 'ann', image: bytes }],
    [
      'SearchFaces',
      {
        groupIds: ['staff'],
        image: bytes,
        maxFaces: 2,
        maxPersons: 8,
        minFaceSize: 34,
        needsPersonInfo: true,
        leastScore: 70.5,
      },
    ],
    [
      'SearchPersons',
      {
        groupIds: ['staff', 'guests'],
        image: { url: 'https://pictures.example/a.jpg' },
        maxFaces: 1,
        maxPersons: 5,
        leastScore: 0,
      },
    ],
  ])('reads %s as its SDK sends it', async (name, expected) => {
    expect(await recorded(name)).toMatchObject(expected)
  })

  it('compares the surest face unless the version or the call says the largest', async () => {
    const images = { ImageA: B64, ImageB: B64 }
    expect(await read('CompareFace', images)).toMatchObject({ faceChoice: 'surest' })
    expect(await read('CompareFace', { ...images, FaceMatchingStrategy: 0 }, '2018-03-01')).toMatchObject({
      faceChoice: 'largest',
    })
  })

  it('takes the url where both are sent, and Base64 in lines', async () => {
    expect(await read('VerifyFace', { PersonId: 'a', Image: B64, Url: 'http://x.example/' })).toMatchObject({
      image: { url: 'http://x.example/' },
    })
    const inLines = `${B64.slice(0, 20)}\r\n${B64.slice(20)}\n`
    expect(await read('VerifyFace', { PersonId: 'a', Image: inLines })).toMatchObject({ image: bytes })
  })

  it('takes null and empty texts for what is absent', async () => {
    const body = { ImageA: B64, ImageB: B64, UrlA: '', UrlB: null, FaceModelVersion: null, QualityControl: null }
    expect(await read('CompareFace', body)).toMatchObject({ A: bytes, faceModelVersion: '3.0', qualityBar: 'none' })
  })

  const both = { ImageA: B64, ImageB: B64 }
  const person = { GroupId: 'g', PersonId: 'p', PersonName: 'n', Image: B64 }
  const search = { GroupIds: ['g'], Image: B64 }
  it.each<[string, Action, unknown, string]>([
    ['what is no JSON', 'CompareFace', '{', 'BAD_REQUEST'],
    ['no image', 'CompareFace', {}, 'PARAMETER_MISSING'],
    ['no second image', 'CompareFace', { ImageA: B64 }, 'PARAMETER_MISSING'],
    ['a data url', 'CompareFace', { ...both, ImageA: `data:image/jpeg;base64,${B64}` }, 'IMAGE_FORMAT_UNSUPPORTED'],
    ['what a Buffer becomes in JSON', 'CompareFace', { ...both, ImageA: BYTES }, 'InvalidParameter'],
    ['a large image', 'VerifyFace', { PersonId: 'p', Image: Buffer.alloc(1001).toString('base64') }, 'BODY_TOO_LARGE'],
    ['a url that is none', 'VerifyFace', { PersonId: 'p', Url: 'pictures/a.jpg' }, 'InvalidParameterValue.UrlIllegal'],
    ['a url of a file', 'VerifyFace', { PersonId: 'p', Url: 'file:///etc/passwd' }, 'InvalidParameterValue.UrlIllegal'],
    [
      'a model that is unknown',
      'CompareFace',
      { ...both, FaceModelVersion: '4.0' },
      'InvalidParameterValue.FaceModelVersionIllegal',
    ],
    ['a number for a text', 'CompareFace', { ...both, FaceModelVersion: 3 }, 'InvalidParameter'],
    [
      'a quality beyond 4',
      'CompareFace',
      { ...both, QualityControl: 5 },
      'InvalidParameterValue.QualityControlIllegal',
    ],
    ['a text for a number', 'CompareFace', { ...both, QualityControl: '1' }, 'InvalidParameter'],
    ['half a quality', 'CompareFace', { ...both, QualityControl: 1.5 }, 'InvalidParameter'],
    ['a strategy of 2', 'CompareFace', { ...both, FaceMatchingStrategy: 2 }, 'InvalidParameter.InvalidParameter'],
    ['more faces than 120', 'DetectFace', { Image: B64, MaxFaceNum: 121 }, 'InvalidParameter.InvalidParameter'],
    ['a group without an id', 'CreateGroup', { GroupName: 'g' }, 'PARAMETER_MISSING'],
    ['a group without a name', 'CreateGroup', { GroupId: 'g' }, 'PARAMETER_MISSING'],
    ['an id with a blank', 'DeleteGroup', { GroupId: 'a b' }, 'InvalidParameterValue.GroupIdIllegal'],
    [
      'an id with a letter of another script',
      'DeletePerson',
      { PersonId: '安' },
      'InvalidParameterValue.PersonIdIllegal',
    ],
    ['a long id', 'DeletePerson', { PersonId: 'x'.repeat(65) }, 'InvalidParameterValue.PersonIdTooLong'],
    [
      'a long name',
      'CreatePerson',
      { ...person, PersonName: '安'.repeat(61) },
      'InvalidParameterValue.PersonNameTooLong',
    ],
    [
      'a name with a line end',
      'CreatePerson',
      { ...person, PersonName: 'a\n' },
      'InvalidParameterValue.PersonNameIllegal',
    ],
    ['a gender of 3', 'CreatePerson', { ...person, Gender: 3 }, 'InvalidParameterValue.PersonGenderIllegal'],
    [
      'a uniqueness of 5',
      'CreatePerson',
      { ...person, UniquePersonControl: 5 },
      'InvalidParameterValue.UniquePersonControlIllegal',
    ],
    [
      'six descriptions',
      'CreatePerson',
      { ...person, PersonExDescriptionInfos: Array(6).fill({}) },
      'InvalidParameterValue.PersonExDescriptionInfosExceed',
    ],
    [
      'descriptions that are no objects',
      'CreatePerson',
      { ...person, PersonExDescriptionInfos: ['a'] },
      'InvalidParameter',
    ],
    [
      'six pictures',
      'CreateFace',
      { PersonId: 'p', Images: Array(6).fill(B64) },
      'InvalidParameterValue.UploadFaceNumExceed',
    ],
    ['no picture', 'CreateFace', { PersonId: 'p', Images: [] }, 'PARAMETER_MISSING'],
    [
      'a threshold beyond 100',
      'CreateFace',
      { PersonId: 'p', Images: [B64], FaceMatchThreshold: 101 },
      'InvalidParameterValue.FaceMatchThresholdIllegal',
    ],
    ['no faces', 'DeleteFace', { PersonId: 'p', FaceIds: [] }, 'PARAMETER_MISSING'],
    ['more than a thousand', 'GetGroupList', { Limit: 1001 }, 'InvalidParameterValue.LimitExceed'],
    ['a negative offset', 'GetGroupList', { Offset: -1 }, 'InvalidParameter.InvalidParameter'],
    ['no groups', 'SearchFaces', { Image: B64 }, 'PARAMETER_MISSING'],
    [
      'many groups',
      'SearchFaces',
      { ...search, GroupIds: Array(101).fill('g') },
      'InvalidParameterValue.GroupIdsExceed',
    ],
    ['eleven faces', 'SearchFaces', { ...search, MaxFaceNum: 11 }, 'FailedOperation.SearchFacesExceed'],
    ['many persons', 'SearchPersons', { ...search, MaxPersonNum: 101 }, 'InvalidParameterValue.SearchPersonsExceed'],
  ])('refuses %s', async (_, action, body, what) => {
    const isKind = /^[A-Z_]+$/.test(what)
    await expect(read(action, body)).rejects.toThrow(
      expect.objectContaining({ name: 'FaceCompareError', ...(isKind ? { kind: what } : { iaiCode: what }) }),
    )
  })

  it('says which of two images is wrong', async () => {
    await expect(read('CompareFace', { ImageA: B64, ImageB: '?' })).rejects.toThrow(
      expect.objectContaining({ side: 'B' }),
    )
  })
})
