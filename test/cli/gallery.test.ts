import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaceAttributes, PUBLISHED_LIMITS } from '../../src/gallery/gallery.js'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { cutPerson } from '../../support/sample-people.js'
import { PACK, templateOf } from '../support/gallery.js'
import { runHere } from '../support/run-here.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-gallery-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function useStore<T>(
  use: (gallery: ReturnType<Awaited<ReturnType<typeof openEmbeddedStore>>['openGallery']>) => Promise<T>,
) {
  const store = await openEmbeddedStore({ dataDir: join(folder, 'data') })
  try {
    return await use(store.openGallery({ encryptTemplates: true }))
  } finally {
    await store.close()
  }
}

/** Enrols a person with faces of a pack that is not the one in use; resolves with their ids. */
function enrol(personId: string, { appid = '1', faces = 1 } = {}): Promise<readonly string[]> {
  const attributes: FaceAttributes = { box: { x: 1, y: 2, width: 3, height: 4 }, age: 41 }
  return useStore(async ({ repository }) => {
    const face = { template: templateOf(personId), attributes }
    const person = {
      personId,
      groupIds: ['staff', 'all'],
      name: '王\u001b[2J',
      tag: 'a tag',
      face,
      faceTag: 'a remark',
    }
    await repository.createPerson(appid, person, PUBLISHED_LIMITS)
    const more = Array.from({ length: faces - 1 }, (_, i) => ({ template: templateOf(`${personId} ${i}`) }))
    await repository.addFaces(appid, personId, more, { tag: '', maxFacesPerPerson: 20, isSame: () => false })
    return (await repository.findPerson(appid, personId)).faceIds
  })
}

const place = () => ({ FACECOMPARE_DATA_DIR: join(folder, 'data') })
const run = (...args: string[]) => runHere(['gallery', ...args], place())
const reembed = (...args: string[]) => run('reembed', ...args)

describe('facecompare gallery', () => {
  it('lists, by app and group, in text and JSON', async () => {
    expect(await run('list')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no key store in') })
    await enrol('ada')
    await enrol('bob', { appid: '2', faces: 2 })
    const { stdout, stderr, code } = await run('list')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^appid +person_id +name +faces +enrolled +groups$/),
      expect.stringMatching(/^1 +ada +王\?\[2J +1 +20\d\d-\S+ +all staff$/),
      expect.stringMatching(/^2 +bob .* 2 /),
      '',
    ])
    const found = JSON.parse((await run('list', '--appid', '2', '--group', 'all', '--json')).stdout)
    expect(found).toMatchObject([{ appid: '2', personId: 'bob', faces: 2, groupIds: ['all', 'staff'] }])
    expect(JSON.parse((await run('list', '--group', 'other', '--json')).stdout)).toEqual([])
    expect(await run('list', '--group', 'other')).toMatchObject({ code: 0, stdout: 'Nobody is enrolled.\n' })
  })

  it('shows a person, and exports what is kept but for what faces are recognised by', async () => {
    const [faceId = ''] = await enrol('ada')
    const shown = await run('show', 'ada')
    expect(shown.stdout).toMatch(new RegExp(`^face +${faceId} +made .* by ${PACK} +a remark$`, 'm'))
    const file = join(folder, 'ada.json')
    expect(await run('export', 'ada', file)).toEqual({ code: 0, stdout: '', stderr: '' })
    const text = await readFile(file, 'utf8')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(text)).toEqual({
      appid: '1',
      personId: 'ada',
      name: '王\u001b[2J',
      tag: 'a tag',
      createdAt: expect.stringMatching(/Z$/),
      groupIds: ['all', 'staff'],
      faces: [
        {
          faceId,
          tag: 'a remark',
          madeAt: expect.stringMatching(/Z$/),
          packId: PACK,
          attributes: { box: { x: 1, y: 2, width: 3, height: 4 }, age: 41 },
        },
      ],
    })
    expect((await run('export', 'ada', '-')).stdout).toBe(text)
    expect(JSON.parse((await run('show', 'ada', '--json')).stdout)).toEqual(JSON.parse(text))
  })

  it('deletes persons for good, all that are named or none', async () => {
    for (const personId of ['ada', 'bob', 'eve']) await enrol(personId)
    await enrol('eve', { appid: '2' })
    const slip = await run('delete', 'ada', 'nobody')
    expect(slip).toMatchObject({ code: 2, stderr: 'facecompare: There is no person nobody.\n' })
    const vague = await run('delete', 'ada', 'eve')
    expect(vague.stderr).toBe('facecompare: Several apps have a person eve; say which with --appid.\n')
    expect((await run('delete', 'ada', 'bob')).stdout).toBe(
      'ada of the app 1 is deleted.\nbob of the app 1 is deleted.\n',
    )
    await run('delete', 'eve', '--appid', '2')
    const left = JSON.parse((await run('list', '--json')).stdout)
    expect(left).toMatchObject([{ appid: '1', personId: 'eve' }])
    expect((await run('show', 'ada')).stderr).toBe('facecompare: There is no person ada.\n')
  })

  it('makes faces of another pack anew from pictures that are named by face and by person', async () => {
    const [first = '', second = ''] = await enrol('ada', { faces: 2 })
    await enrol('bob')
    await enrol('eve', { faces: 2 })
    const pictures = join(folder, 'pictures')
    await mkdir(join(pictures, 'eve'), { recursive: true })
    const woman = await cutPerson('womanInBar')
    await writeFile(join(pictures, `${second}.jpg`), await cutPerson('man'))
    await writeFile(join(pictures, 'bob.jpg'), await cutPerson('manInShirt'))
    await writeFile(join(pictures, 'eve', 'broken.jpg'), woman.subarray(0, 900))
    await writeFile(join(pictures, 'eve', 'one.jpg'), woman)
    await writeFile(join(pictures, 'eve', 'same.jpg'), woman)
    await writeFile(join(pictures, 'stranger.jpg'), woman)
    const { code, stdout, stderr } = await reembed(pictures)
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^eve\/broken\.jpg: [^\n]+\n$/) })
    expect(stdout).toMatch(
      /^3 faces were made anew; .* not be used: 1, not needed: 1, of nobody who is enrolled: 1\.\n2 of 5 enrolled faces were made by another model pack/,
    )
    const { faces } = await useStore(({ inventory }) => inventory.describePerson('1', 'ada'))
    expect(faces.map(({ faceId }) => faceId)).toEqual([first, second])
    expect(faces.map(({ packId }) => packId === PACK)).toEqual([true, false])
    // A second time nothing is left to do: the pictures that were used are known again.
    const again = JSON.parse((await reembed(pictures, '--json')).stdout)
    expect(again).toMatchObject({ faces: 0, unknown: ['stranger.jpg'], ofOtherPacks: 2 })
    expect(again.failed).toHaveLength(1)
    expect(again.needless).toHaveLength(4)
  })
})
