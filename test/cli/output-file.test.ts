import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireNoPicture, writePrivately } from '../../src/cli/output-file.js'
import { runCli } from '../support/service.js'

let folder: string
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-output-'))
  await writeFile(at('a.jpg'), 'a picture', { mode: 0o644 })
  await symlink(at('a.jpg'), at('link.jpg'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('a file to write', () => {
  it.each(['a.jpg', 'link.jpg', './a.jpg'])('is none of the pictures: %s', async (name) => {
    await expect(requireNoPicture(join(folder, name), [at('b.jpg'), at('a.jpg')])).rejects.toThrow(
      'one of the pictures',
    )
  })

  it('may be new, or another file', async () => {
    await requireNoPicture(at('out.png'), [at('a.jpg')])
    await requireNoPicture(at('a.jpg'), [at('b.jpg')])
  })

  it.skipIf(process.platform === 'win32')(
    'shows faces to its owner alone, also where others could read it before',
    async () => {
      await writeFile(at('people.html'), 'before', { mode: 0o644 })
      await writePrivately(at('people.html'), 'after')
      await writePrivately(at('new.html'), 'after')
      for (const name of ['people.html', 'new.html']) expect((await stat(at(name))).mode & 0o777).toBe(0o600)
      expect(await readFile(at('people.html'), 'utf8')).toBe('after')
    },
  )

  it('is refused by the command before any picture is lost', async () => {
    const { code, stderr } = await runCli(['compare', at('a.jpg'), at('a.jpg'), '--annotate', at('link.jpg')])
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('one of the pictures') })
    expect(await readFile(at('a.jpg'), 'utf8')).toBe('a picture')
  })
})
