import { expect, it } from 'vitest'
import { parseJsonObject } from '../../src/wires/json-object.js'

it('reads long texts wherever a call has them, in many turns', async () => {
  const image = 'A'.repeat(1_000_000)
  let turns = 0
  const turn = async () => {
    turns++
  }
  const body = { SourceImage: { Bytes: image }, Images: [image], Name: 'a', __proto__: { x: 1 } }
  expect(await parseJsonObject(Buffer.from(JSON.stringify(body)), turn)).toEqual({
    SourceImage: { Bytes: image },
    Images: [image],
    Name: 'a',
  })
  expect(turns).toBeGreaterThan(10)
})

it.each(['[]', '"x"', 'null', '{', '{"a":"\\ud8"}'])('refuses %s', async (text) => {
  await expect(parseJsonObject(Buffer.from(text), async () => {})).rejects.toMatchObject({ kind: 'BAD_REQUEST' })
})

it('is not led down by depth', async () => {
  const deep = `{"a":${'['.repeat(9000)}${']'.repeat(9000)}}`
  expect(Object.keys(await parseJsonObject(Buffer.from(deep), async () => {}))).toEqual(['a'])
})
