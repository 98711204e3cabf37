import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeApi } from '../../src/openapi/document.js'
import { FAMILY_CALLS } from '../../src/openapi/family-calls.js'
import { UNANSWERED } from '../../src/openapi/unanswered.js'
import { CALLS } from '../../src/wires/tencent-image/wire.js'
import { openGalleryApp } from '../support/gallery-app.js'
import { APPID, sign, startApp } from '../support/http-service.js'
import { createResponseChecks } from './response-checks.js'

const checks = createResponseChecks(describeApi([]))
let opened: Awaited<ReturnType<typeof openGalleryApp>>
let without: FastifyInstance
beforeAll(async () => {
  opened = await openGalleryApp()
  without = await startApp()
})
afterAll(() => Promise.all([opened.close(), without.close()]))

function post(app: FastifyInstance, path: string, fields: object) {
  const headers = { authorization: sign(), 'content-type': 'application/json' }
  return app.inject({ method: 'POST', url: path, headers, payload: JSON.stringify({ appid: APPID, ...fields }) })
}

describe('the family of calls', () => {
  it.each(FAMILY_CALLS)('$path has the fields that the wire reads', ({ path, needed, other }) => {
    const { names } = CALLS.find((call) => call.path === path) ?? {}
    const comparison = ['imageA', 'imageB', 'urlA', 'urlB', 'return_faces', 'min_quality']
    const read = [...(names?.once ?? []), ...(names?.lists ?? [])].filter((name) => !comparison.includes(name))
    expect([...needed, ...other, 'appid', 'bucket'].sort()).toEqual(read.sort())
  })

  it.each(FAMILY_CALLS)('$path has an example that fits its schema', ({ path, example }) => {
    checks.expectBody(path, 'application/json', { appid: APPID, ...example })
  })

  it('is answered as described, from enrolling somebody to deleting them', async () => {
    const ask = async (path: string, fields: object, code = 0) => {
      checks.expectBody(path, 'application/json', { appid: APPID, ...fields })
      const answer = await post(opened.app, path, fields)
      expect(answer.json().code, `${path}: ${answer.body}`).toBe(code)
      checks.expectAnswer('POST', path, answer)
      return answer.json().data
    }
    const person = { person_id: 'ada' }
    const url = 'http://host/ada'
    const { face_id } = await ask('/face/newperson', { ...person, group_ids: ['qq'], url })
    await ask('/face/newperson', { ...person, group_ids: ['qq'], url }, -1302)
    const { ret_codes } = await ask('/face/addface', {
      ...person,
      urls: ['http://host/ada2', url, 'http://host/noface'],
    })
    expect(ret_codes).toEqual([0, -1312, -1101])
    for (const path of ['/face/detect', '/face/shape']) await ask(path, { url, mode: 0 })
    await ask('/face/verify', { ...person, url })
    expect((await ask('/face/identify', { group_id: 'qq', url })).candidates[0]).toMatchObject(person)
    expect((await ask('/face/multidentify', { group_ids: ['qq'], url })).results).toHaveLength(1)
    await ask('/face/setinfo', { ...person, person_name: 'Ada', tag: 'staff' })
    for (const path of ['/face/getinfo', '/face/getfaceids']) await ask(path, person)
    await ask('/face/getfaceinfo', { face_id })
    await ask('/face/addgroupids', { ...person, group_ids: ['vip'] })
    await ask('/face/delgroupids', { ...person, group_ids: ['vip'] })
    await ask('/face/getgroupids', {})
    await ask('/face/getpersonids', { group_id: 'qq' })
    await ask('/face/delface', { ...person, face_ids: [face_id] })
    await ask('/face/delperson', person)
    await ask('/face/getinfo', person, -1303)
    await ask('/face/identify', { group_id: 'qq', url }, -1306)
  })

  it('compares by the path of identify, too', async () => {
    const fields = { urlA: 'http://host/a', urlB: 'http://host/a' }
    checks.expectBody('/face/identify', 'application/json', { appid: APPID, ...fields })
    const answer = await post(opened.app, '/face/identify', fields)
    expect(answer.json().data.similarity).toBe(100)
    checks.expectAnswer('POST', '/face/identify', answer)
  })

  it.each([...Object.keys(UNANSWERED), ...FAMILY_CALLS.map(({ path }) => path)])(
    '%s is refused with code 24 where it must be, as described',
    async (path) => {
      const example = FAMILY_CALLS.find((call) => call.path === path)?.example ?? {}
      const answer = await post(without, path, example)
      const isAlways = ['/face/detect', '/face/shape'].includes(path)
      expect(answer.json().code).toBe(isAlways ? 0 : 24)
      expect(answer.statusCode).toBe(isAlways ? 200 : 501)
      checks.expectAnswer('POST', path, answer)
    },
  )
})
