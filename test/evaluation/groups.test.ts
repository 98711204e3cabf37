import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataSet } from '../../src/evaluation/data-set.js'
import { readGroups } from '../../src/evaluation/groups.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const NAMES = ['Anna/1.jpg', 'Anna/2.jpg', 'Anna/old/3.jpg', 'Bert/1.jpg', 'Carl/1.jpg']
const pictures = () => NAMES.map((name) => ({ name, file: join(folder, 'images', name) }))
const people = (): DataSet => ({
  pictures: pictures(),
  pairing: { kind: 'all', persons: ['Anna', 'Bert', 'Carl'], personOf: Int32Array.of(0, 0, 0, 1, 2) },
  leftOut: {},
})
const listed = (): DataSet => ({
  pictures: pictures(),
  pairing: {
    kind: 'listed',
    pairs: [
      { a: 0, b: 1, genuine: true },
      { a: 0, b: 2, genuine: true },
      { a: 0, b: 3, genuine: false },
    ],
  },
  leftOut: {},
})

async function group(text: string, dataSet = people()) {
  await writeFile(join(folder, 'groups.csv'), text)
  return readGroups(folder, 'groups.csv', dataSet)
}

describe('readGroups', () => {
  it('puts pictures into the groups of their persons, and counts who is in none', async () => {
    expect(await group('Bert,men\nAnna,women\n')).toEqual({
      names: ['men', 'women'],
      groupOf: Int32Array.of(1, 1, 1, 0, -1),
      unknownNames: [],
      personsWithout: 1,
      picturesWithout: 1,
      genuineAcross: 0,
    })
  })

  it("lets a picture's own line win, by its name or its path, and counts genuine pairs across groups", async () => {
    const { groupOf, genuineAcross, unknownNames } = await group(
      'Anna/2.jpg,b\nAnna,a\nimages/Anna/old/3.jpg,c\nBert/1.jpg,b\nBert,a\n',
    )
    expect([...groupOf]).toEqual([0, 1, 2, 1, -1])
    expect(genuineAcross).toBe(3)
    // Bert's own line has no picture left, and is known none the less.
    expect(unknownNames).toEqual([])
  })

  it('lists the names that it does not know in the order of the file', async () => {
    const { unknownNames } = await group('Zoe,a\nAnna,a\nAnna/9.jpg,a\n')
    expect(unknownNames).toEqual(['Zoe', 'Anna/9.jpg'])
  })

  it('takes the folder of a picture for its person where the pairs are a list', async () => {
    const grouped = await group('Anna,a\nAnna/old,b\nBert,a\n', listed())
    expect(grouped).toMatchObject({ groupOf: Int32Array.of(0, 0, 1, 0, -1), picturesWithout: 1, genuineAcross: 1 })
    expect(grouped).not.toHaveProperty('personsWithout')
  })

  it('refuses a file of other people, of too many groups, or none', async () => {
    await expect(group('name,group\nZoe,a\nYan,a\n')).rejects.toThrow(
      `No name of the groups file is a person or a picture of ${folder}; its first is Zoe, in line 2.`,
    )
    const many = Array.from({ length: 101 }, (_, i) => `p${i},g${i}\n`).join('')
    await expect(group(many)).rejects.toThrow('The groups file has 101 groups; expected at most 100.')
    await expect(readGroups(folder, 'none.csv', people())).rejects.toThrow(
      `There is no groups file none.csv, neither in ${folder} nor by that path.`,
    )
  })
})
