import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compareAll, readPairsFiles, readPersonFolder } from '../../src/evaluation/data-set.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Empty files: nothing here looks into a picture. */
async function put(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), '')
  }
}

describe('readPersonFolder', () => {
  it.each([
    ['nobody', ['loose.jpg', 'empty/notes.txt'], /at least two persons in .* but found 0\.$/],
    ['one person', ['Anna/1.jpg', 'Anna/2.jpg'], /but found 1\.$/],
    ['nobody twice', ['Anna/1.jpg', 'Bert/1.jpg'], /No person in .* has two pictures/],
  ])('refuses a folder with %s', async (_name, files, sentence) => {
    await put(...files)
    await expect(readPersonFolder(folder)).rejects.toThrow(sentence)
  })

  it('refuses what is no folder', async () => {
    await put('file')
    await expect(readPersonFolder(join(folder, 'file'))).rejects.toThrow('Expected a folder but file is a file.')
    await expect(readPersonFolder(join(folder, 'missing'))).rejects.toThrow(/There is no folder .*missing/)
  })

  it('takes pictures of any depth in a fixed order, and counts what it passes over', async () => {
    await put(
      'Bert/b.PNG',
      'Anna/old/z.jpg',
      'Anna/a.jpeg',
      'Anna/notes.txt',
      'loose.jpg',
      '.hidden/x.jpg',
      'Anna/.y.jpg',
    )
    const { pictures, pairing, leftOut } = await readPersonFolder(folder)
    expect(pictures.map(({ name }) => name)).toEqual(['Anna/a.jpeg', 'Anna/old/z.jpg', 'Bert/b.PNG'])
    expect(pairing).toEqual({ kind: 'all', persons: ['Anna', 'Bert'], personOf: Int32Array.from([0, 0, 1]) })
    expect(leftOut).toEqual({ noPicture: 1, besideFolders: 1 })
  })

  it('follows links to persons and pictures, but not in circles', async () => {
    await put('Anna/1.jpg', 'Bert/1.jpg')
    await symlink(join(folder, 'Bert'), join(folder, 'Carl'))
    await symlink(join(folder, 'Anna', '1.jpg'), join(folder, 'Anna', '2.jpg'))
    await symlink(folder, join(folder, 'Anna', 'round'))
    const { pictures } = await readPersonFolder(folder)
    expect(pictures.map(({ name }) => name)).toEqual(['Anna/1.jpg', 'Anna/2.jpg', 'Bert/1.jpg', 'Carl/1.jpg'])
  })
})

describe('readPairsFiles', () => {
  const write = (name: string, text: string) => writeFile(join(folder, name), text)

  it.each([
    [
      'a missing picture',
      'a.jpg,b.jpg,1\na.jpg,c.jpg,0\n',
      /Line 2 of the pairs file names c\.jpg, but .* has no such/,
    ],
    ['a picture elsewhere', 'a.jpg,../b.jpg,1\na.jpg,b.jpg,0\n', /Line 1 of the pairs file names \.\.\/b\.jpg, which/],
    ['a path from the root', 'a.jpg,/etc/b.jpg,1\na.jpg,b.jpg,0\n', /Line 1 of the pairs file names \/etc\/b\.jpg/],
    ['genuine pairs only', 'a.jpg,b.jpg,1\n', /genuine pairs only; expected impostor/],
    ['impostor pairs only', 'a.jpg,b.jpg,0\n', /impostor pairs only; expected genuine/],
  ])('refuses %s', async (_name, text, sentence) => {
    await put('a.jpg', 'b.jpg')
    await write('pairs.csv', text)
    await expect(readPairsFiles(folder, ['pairs.csv'])).rejects.toThrow(sentence)
  })

  it('says which file or folder is missing', async () => {
    await expect(readPairsFiles(folder, ['pairs.txt'])).rejects.toThrow(/There is no pairs file pairs\.txt/)
    await expect(readPairsFiles(join(folder, 'x'), ['pairs.txt'])).rejects.toThrow(/There is no folder/)
  })

  it('reads LFW format, pictures in images/ and of any ending', async () => {
    await put('images/Anna/Anna_0001.jpg', 'images/Anna/Anna_0002.png', 'Bert/Bert_0001.jpg')
    await write('pairs.txt', '1\nAnna\t1\t2\nAnna\t1\tBert\t1\n')
    const { pictures, pairing } = await readPairsFiles(folder, ['pairs.txt'])
    expect(pictures).toEqual([
      { name: 'Anna/Anna_0001.jpg', file: join(folder, 'images/Anna/Anna_0001.jpg') },
      { name: 'Anna/Anna_0002.png', file: join(folder, 'images/Anna/Anna_0002.png') },
      { name: 'Bert/Bert_0001.jpg', file: join(folder, 'Bert/Bert_0001.jpg') },
    ])
    expect(pairing).toEqual({
      kind: 'listed',
      pairs: [
        { a: 0, b: 1, genuine: true },
        { a: 0, b: 2, genuine: false },
      ],
    })
  })

  it('knows CSV by its ending or by its look, and takes a path', async () => {
    await put('a.jpg', 'b.jpg')
    await write('list.txt', '\na.jpg,b.jpg,same\nb.jpg,a.jpg,different\n')
    const { pictures } = await readPairsFiles(folder, [join(folder, 'list.txt')])
    expect(pictures.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg'])
  })

  it('puts several lists together, pictures that both name once', async () => {
    await put('a.jpg', 'b.jpg', 'c.jpg')
    await write('one.csv', 'a.jpg,b.jpg,1\n')
    await write('two.csv', 'c.jpg,b.jpg,0\n')
    const { pictures, pairing } = await readPairsFiles(folder, ['one.csv', 'two.csv'])
    expect(pictures.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', 'c.jpg'])
    expect(pairing).toMatchObject({
      pairs: [
        { a: 0, b: 1, genuine: true },
        { a: 2, b: 1, genuine: false },
      ],
    })
  })
})

describe('compareAll', () => {
  it('takes the folder of a picture for its person', async () => {
    await put('A/1.jpg', 'A/2.jpg', 'B/1.jpg')
    await writeFile(join(folder, 'pairs.csv'), 'A/1.jpg,A/2.jpg,1\nB/1.jpg,A/1.jpg,0\n')
    const { pairing } = compareAll(await readPairsFiles(folder, ['pairs.csv']))
    expect(pairing).toEqual({ kind: 'all', persons: ['A', 'B'], personOf: Int32Array.of(0, 0, 1) })
  })

  it('refuses a list that says otherwise', async () => {
    await put('a.jpg', 'b.jpg')
    await writeFile(join(folder, 'pairs.csv'), 'a.jpg,b.jpg,1\nb.jpg,a.jpg,0\n')
    const listed = await readPairsFiles(folder, ['pairs.csv'])
    expect(() => compareAll(listed)).toThrow(/each person has a folder, but b\.jpg and a\.jpg say otherwise/)
  })
})
