import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GalleryService, photo, startGalleryService } from '../../support/gallery-service.js'
import { APPID, BUCKET, type Part } from '../../support/http-service.js'

/** What the official clients put on the wire (sibling-calls.md, section 5). */

let service: GalleryService
beforeEach(async () => {
  service = await startGalleryService()
})
afterEach(() => service.close())

const disposition = (rest: string) => `Content-Disposition: form-data; ${rest}`
const namesOf = (info: { readonly data: { readonly group_ids: readonly string[] } }) => info.data.group_ids

interface Client {
  readonly client: string
  readonly text: (name: string, value: string) => Part
  readonly file: (name: string, value: Buffer) => Part
}

const CLIENTS: readonly Client[] = [
  {
    client: 'Python: every text is a file, pictures have no type',
    text: (name, value) => ({ header: disposition(`name="${name}"; filename="${name}"`), value }),
    file: (name, value) => ({ header: disposition(`name="${name}"; filename="%2Fhome%2Fme%2F${name}.jpg"`), value }),
  },
  {
    client: 'PHP: pictures from files',
    text: (name, value) => ({ name, value }),
    file: (name, value) => ({
      header: `${disposition(`name="${name}"; filename="/home/me/a.jpg"`)}\r\nContent-Type: application/octet-stream`,
      value,
    }),
  },
  {
    client: 'PHP: pictures from memory look like texts',
    text: (name, value) => ({ name, value }),
    file: (name, value) => ({ name, value }),
  },
  {
    client: 'Java: a length in each text',
    text: (name, value) => ({ header: `${disposition(`name="${name}"`)}\r\nContent-Length: ${value.length}`, value }),
    file: (name, value) => ({
      header: `${disposition(`name="${name}"; filename="bytes1700000000123"`)}\r\nContent-Type: image/jpg`,
      value,
    }),
  },
  {
    client: 'C++: the file is named like its field',
    text: (name, value) => ({ name, value }),
    file: (name, value) => ({
      header: `${disposition(`name="${name}"; filename="${name}"`)}\r\nContent-Type: application/octet-stream`,
      value,
    }),
  },
  {
    client: 'Node: a Buffer has no file name',
    text: (name, value) => ({ name, value }),
    file: (name, value) => ({
      header: `${disposition(`name="${name}"`)}\r\nContent-Type: application/octet-stream`,
      value,
    }),
  },
]

describe.each(CLIENTS)('$client', ({ text, file }) => {
  /** Appid first, or last as the Node client has it. */
  async function enrol(order: (parts: readonly Part[]) => readonly Part[]) {
    const app = [text('appid', APPID), text('bucket', BUCKET)]
    const groups = ['g0', 'g1', 'g2'].map((id, i) => text(`group_ids[${i}]`, id))
    const parts = [...app, text('person_id', 'ann'), text('person_name', '王'), text('tag', 'old'), ...groups]
    expect(await service.form('newperson', order([...parts, file('image', photo('ann'))]))).toMatchObject({ code: 0 })
    expect(await service.json('getinfo', { person_id: 'ann' })).toMatchObject({
      data: { person_name: '王', group_ids: ['g0', 'g1', 'g2'] },
    })
  }

  it('enrols, adds, verifies, identifies and detects', async () => {
    await enrol((parts) => parts)
    const pictures = ['ann~8', 'noface', 'ann~6'].map((names, i) => file(`images[${i}]`, photo(names)))
    const added = await service.form('addface', [text('appid', APPID), text('person_id', 'ann'), ...pictures])
    expect(added).toMatchObject({ data: { added: 2, ret_codes: [0, -1101, 0] } })
    const verified = [text('appid', APPID), text('person_id', 'ann'), file('image', photo('ann'))]
    expect(await service.form('verify', verified)).toMatchObject({ data: { ismatch: true } })
    const one = [text('appid', APPID), text('group_id', 'g1'), file('image', photo('ann'))]
    expect(await service.form('identify', one)).toMatchObject({
      data: { candidates: [{ person_id: 'ann', tag: 'old' }] },
    })
    const groups = ['g2', 'g0'].map((id, i) => text(`group_ids[${i}]`, id))
    const many = [text('appid', APPID), text('group_id', ''), ...groups, file('image', photo('ann+bob'))]
    expect((await service.form('multidentify', many)).data.results).toHaveLength(2)
    const detected = [text('appid', APPID), file('image', photo('ann+bob')), text('mode', '1')]
    expect((await service.form('detect', detected)).data.face).toHaveLength(1)
  })

  it.each([
    ['the appid last', (parts: readonly Part[]) => parts.toReversed()],
    [
      'alphabetical',
      (parts: readonly Part[]) => parts.toSorted((p, q) => JSON.stringify(p).localeCompare(JSON.stringify(q))),
    ],
  ])('%s', (_what, order) => enrol(order))
})

describe('JSON', () => {
  const person = { appid: APPID, person_id: 'ann', url: 'http://host/ann', group_ids: ['g'] }

  it.each([
    ['PHP: slashes are escaped', 'application/json', JSON.stringify(person).replaceAll('/', '\\/')],
    ['Java: a charset', 'application/json; charset=utf-8', JSON.stringify(person)],
    ['C++: a line end behind it', 'application/json', `${JSON.stringify(person)}\n`],
    [
      'Node: the appid last',
      'application/json',
      JSON.stringify({ person_id: 'ann', url: person.url, group_ids: ['g'], appid: APPID }),
    ],
    [
      'a byte order mark, and a numeric appid',
      'text/json',
      `\ufeff${JSON.stringify({ ...person, appid: Number(APPID) })}`,
    ],
  ])('%s', async (_what, contentType, body) => {
    expect(await service.send('newperson', contentType, body)).toMatchObject({ code: 0, data: { person_id: 'ann' } })
  })

  it('has pictures in Base64, with and without a prefix', async () => {
    const { url: _, ...rest } = person
    const image = photo('ann').toString('base64')
    expect(await service.json('newperson', { ...rest, image })).toMatchObject({ code: 0 })
    const prefixed = `data:image/jpeg;base64,${image}`
    const found = await service.json('identify', { group_id: 'g', image: prefixed })
    expect(found.data.candidates[0]).toMatchObject({ person_id: 'ann', confidence: 100 })
    const images = ['ann~7', 'bob'].map((names) => photo(names).toString('base64'))
    expect(await service.json('addface', { person_id: 'ann', images })).toMatchObject({ data: { added: 2 } })
  })

  it('may name one group, or one url, without a list', async () => {
    expect(namesOf(await service.json('newperson', { ...person, group_ids: 'g' }))).toEqual(['g'])
    const added = await service.json('addface', { person_id: 'ann', urls: 'http://host/bob' })
    expect(added.data.ret_codes).toEqual([0])
  })

  it('has numbers as ids, and no face of the request in the answer', async () => {
    const made = await service.json('newperson', { ...person, person_id: 7, group_ids: [1, 2] })
    expect(made).toMatchObject({ code: 0, data: { person_id: '7', group_ids: ['1', '2'] } })
  })
})

describe('a form', () => {
  it('has lists with and without numbers', async () => {
    const fields = new URLSearchParams({ appid: APPID, person_id: 'ann', url: 'http://host/ann' })
    fields.append('group_ids[0]', 'b')
    fields.append('group_ids[1]', 'a')
    fields.append('group_ids', 'c')
    fields.append('group_ids[]', 'd')
    const made = await service.send('newperson', 'application/x-www-form-urlencoded', fields.toString())
    expect(made).toMatchObject({ code: 0, data: { group_ids: ['a', 'b', 'c', 'd'] } })
  })
})

describe('what the Java client sends for what it was not given', () => {
  const texts = (fields: Readonly<Record<string, string>>): readonly Part[] =>
    Object.entries(fields).map(([name, value]) => ({ name, value }))

  it('the text null is no name and no remark', async () => {
    const nothing = { person_name: 'null', tag: 'null' }
    const parts = [
      ...texts({ person_id: 'ann', 'group_ids[0]': 'g', ...nothing }),
      { name: 'image', value: photo('ann') },
    ]
    expect(await service.form('newperson', parts)).toMatchObject({ code: 0 })
    const added = [...texts({ person_id: 'ann', tag: 'null' }), { name: 'images[0]', value: photo('bob') }]
    expect(await service.form('addface', added)).toMatchObject({ code: 0 })
    expect(await service.json('getinfo', { person_id: 'ann' })).toMatchObject({ data: { person_name: '', tag: '' } })
    for (const names of ['ann', 'bob']) {
      const { data } = await service.form('identify', [
        ...texts({ group_id: 'g' }),
        { name: 'image', value: photo(names) },
      ])
      expect(data.candidates[0]).toMatchObject({ confidence: 100, tag: '' })
    }
  })

  it('changes nothing in setinfo', async () => {
    const person = { person_id: 'ann', person_name: 'Ann', group_ids: ['g'], url: 'http://host/ann' }
    await service.json('newperson', person)
    await service.json('setinfo', { person_id: 'ann', person_name: 'null', tag: 'kept' })
    await service.json('setinfo', { person_id: 'ann', tag: null })
    expect(await service.json('getinfo', { person_id: 'ann' })).toMatchObject({
      data: { person_name: 'Ann', tag: 'kept' },
    })
  })
})

describe('mini-programs', () => {
  beforeEach(() => service.json('newperson', { person_id: 'ann', group_ids: ['g'], url: 'http://host/ann' }))

  const FILE: Part = {
    header: `${disposition('name="image"; filename="tmp_1.jpg"')}\r\nContent-Type: image/jpeg`,
    value: photo('ann'),
  }
  const TEXT: Part = { name: 'image', value: 'wxfile://tmp_1.jpg' }
  const GROUP: Part = { name: 'group_id', value: 'g' }

  it.each([
    ['before the file', [GROUP, TEXT, FILE]],
    ['after the file', [FILE, GROUP, TEXT]],
    ['empty', [{ name: 'image', value: '' }, GROUP, FILE]],
    ['that begins like a data url', [{ name: 'image', value: 'data:x' }, GROUP, FILE]],
  ])('send a text of the name image %s', async (_what, parts) => {
    const { code, data } = await service.form('identify', parts)
    expect(code).toBe(0)
    expect(data.candidates[0]).toMatchObject({ person_id: 'ann', confidence: 100 })
  })

  it('send no third one', async () => {
    expect(await service.form('identify', [GROUP, TEXT, TEXT, FILE])).toMatchObject({ code: 3 })
  })
})

describe('pictures', () => {
  it('of an image and a url the url counts, of images and urls the urls', async () => {
    const image = photo('bob').toString('base64')
    const person = { person_id: 'ann', group_ids: ['g'], url: 'http://host/ann', image }
    await service.json('newperson', person)
    const added = await service.json('addface', { person_id: 'ann', urls: ['http://host/zoe'], images: [image, image] })
    expect(added.data.ret_codes).toEqual([0])
    expect(service.engine.seen).toEqual(['ann', 'zoe'])
    expect(await service.json('addface', { person_id: 'ann', urls: ['', ''], images: [image] })).toMatchObject({
      data: { ret_codes: [0] },
    })
    expect(await service.json('addface', { person_id: 'ann', urls: [''] })).toMatchObject({ code: -1301 })
    await service.json('detect', { url: '', image })
    expect(service.engine.seen.at(-1)).toBe('bob')
  })
})
