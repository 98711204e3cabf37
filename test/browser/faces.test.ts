import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import {
  complaints,
  givePicture,
  link,
  meadow,
  openPage,
  page,
  pictures,
  service,
  setUpPage,
  textOf,
  woman,
  womanAgain,
} from './page-setup.js'

setUpPage({ FACECOMPARE_GALLERY: '1' })

const facesLink = () => link.replace('/#', '/?tab=faces#')
const answered = () => page.waitForSelector('#found .what')

describe('the second tab', () => {
  it('is chosen with a click or an arrow key, and is there again after loading', async () => {
    await openPage()
    expect(await page.locator('#facesView').isHidden()).toBe(true)
    await page.focus('#tabCompare')
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate('document.activeElement?.id')).toBe('tabFaces')
    expect(await textOf('h1')).toBe('Who is in the picture?')
    expect(await page.locator('#compareView').isHidden()).toBe(true)
    expect(await page.locator('#request').isHidden()).toBe(true)
    await page.reload()
    expect(await page.locator('#tabFaces').getAttribute('aria-selected')).toBe('true')
    await page.click('#tabCompare')
    expect(await textOf('h1')).toBe('Are these the same person?')
    expect(page.url()).toBe(`${service.url}/?tab=compare`)
  })

  it('draws the faces of a picture and tells how they look', async () => {
    await openPage({}, facesLink())
    await givePicture(woman)
    await page.click('#find')
    await answered()
    expect(await textOf('#picture .about')).toBe('One face')
    expect(await textOf('#picture .note')).toBe('250 × 250 pixels')
    expect(await page.locator('#picture .outline path.box.line').count()).toBe(1)
    expect(await page.locator('#found .faces li').count()).toBe(1)
    expect(await textOf('#found .faces')).toMatch(
      /Age\s+about \d+.*Expression\s+\w+ \(\d+\).*Glasses\s+(yes|no).*Head\s+pitch -?\d+°/s,
    )
    expect(await textOf('#facesStatus')).toBe('One face')
  })

  it('enrols somebody, finds them in another picture, and deletes them', async () => {
    await openPage({}, facesLink())
    await givePicture(woman)
    await page.fill('#personId', 'ada')
    await page.fill('#groups', 'staff, visitors')
    await page.click('#enrol')
    await answered()
    expect(await textOf('#found')).toBe('ada is enrolled in staff, visitors.')
    await page.click('#enrol')
    await page.waitForSelector('#facesFailure .what')
    expect(await textOf('#facesFailure')).toMatch(/^The person is enrolled already\..*Code -1302/s)

    await page.click('#picture .remove')
    await page.fill('#picture input[type=url]', `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/`)
    await page.click('#picture .address button')
    await page.fill('#groups', 'visitors')
    await page.click('#search')
    await answered()
    expect(await textOf('#found .what')).toMatch(/ada.*: [\d.]+ of 100\.$/)
    expect(await textOf('#found .bars')).toMatch(/^ada\s+[\d.]+$/)

    await page.click('#deletePerson')
    await page.getByText('ada is deleted, for good.').first().waitFor()
    await page.click('#search')
    await page.waitForSelector('#facesFailure .what')
    expect(await textOf('#facesFailure')).toMatch(/^Nobody is in such a group\..*Code -1306/s)
  })

  it('finds everybody in a picture of several people, each with face, number and candidates', async () => {
    await openPage({}, facesLink())
    const enrol = async (person: string, bytes: Uint8Array) => {
      await givePicture(bytes)
      await page.fill('#personId', person)
      await page.fill('#groups', 'party')
      await page.click('#enrol')
      await page.getByText(`${person} is enrolled in party.`).first().waitFor()
      await page.click('#picture .remove')
    }
    await enrol('ada', woman)
    await enrol('bert', await cutPerson('manInShirt'))
    const picture = sharp({ create: { width: 700, height: 400, channels: 3, background: '#888' } }).composite([
      { input: Buffer.from(await cutPerson('manInShirt', 280)), left: 20, top: 60 },
      { input: Buffer.from(await cutPerson('womanInBar', 360)), left: 320, top: 20 },
    ])
    await givePicture(new Uint8Array(await picture.jpeg().toBuffer()))
    await page.click('#search')
    await page.waitForSelector('#found .searched')
    expect(await textOf('#found .what')).toBe('2 faces; among them probably ada, bert.')
    const faces = page.locator('#found .searched > li')
    expect(await faces.count()).toBe(2)
    // The larger one first, and most like the one that it is.
    expect(await faces.nth(0).innerText()).toMatch(/^Face 1\s+ada\s+[\d.]+\s+bert\s+[\d.]+$/)
    expect(await faces.nth(1).innerText()).toMatch(/^Face 2\s+bert\s+[\d.]+\s+ada\s+[\d.]+$/)
    expect(await page.locator('#picture .outline path.box.line').count()).toBe(2)
    expect(await page.locator('#picture .outline .face-number').allTextContents()).toEqual(['1', '2'])
    const isDrawn = await page.evaluate(`[...document.querySelectorAll('#found canvas')].map((canvas) =>
      new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size > 50)`)
    expect(isDrawn).toEqual([true, true])
  })

  it('tells of the ten largest faces of a crowd, on a phone without scrolling sideways', async () => {
    await openPage({ viewport: { width: 320, height: 640 } }, facesLink())
    const results = Array.from({ length: 14 }, (_, i) => ({
      face_rect: { x: 10 * i, y: 20, width: 5 + i, height: 5 + i },
      candidates:
        i === 13 ? [] : [{ person_id: `a-person-with-a-long-name-${i}`, face_id: '1', confidence: 20 + i, tag: 't' }],
    }))
    const json = { code: 0, message: 'OK', data: { session_id: 's', results } }
    await page.route('**/face/multidentify', (route) => route.fulfill({ json }))
    await givePicture(woman)
    await page.fill('#groups', 'party')
    await page.click('#search')
    await page.waitForSelector('#found .searched')
    expect(await textOf('#found .what')).toBe('14 faces, probably of nobody of these groups.')
    expect(await page.getByText('The 10 largest of 14 faces are told of.').count()).toBe(1)
    const texts = await page.locator('#found .searched > li').allInnerTexts()
    expect(texts).toHaveLength(10)
    expect(texts[0]).toMatch(/^Face 1\s+Nobody of these groups is alike, or the face is shown too poorly\.$/)
    expect(texts[1]).toMatch(/long-name-12/)
    expect(texts[9]).toMatch(/^Face 10\s+a-person-with-a-long-name-4/)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    await page.click('#language')
    expect(await textOf('#found .what')).toBe('14 张人脸，很可能都不是这些分组中的人。')
  })

  it('asks for what is missing, and says what is wrong with a picture', async () => {
    await openPage({}, `${service.url}/?tab=faces`)
    await page.click('#find')
    expect(await textOf('#facesFailure')).toBe('The picture is missing.')
    await givePicture(meadow)
    await page.click('#search')
    expect(await textOf('#facesFailure')).toMatch(/^The groups are missing/)
    expect(await page.evaluate('document.activeElement?.id')).toBe('groups')
    await page.click('#find')
    expect(await page.evaluate('document.activeElement?.id')).toBe('appid')
    const key = new URLSearchParams(new URL(link).hash.slice(1))
    for (const name of ['appid', 'secretId', 'secretKey']) await page.fill(`#${name}`, key.get(name) ?? '')
    await page.click('#find')
    await page.getByText('No face was found.').first().waitFor()
  })

  it('takes a picture that is dropped on it', async () => {
    await openPage({}, facesLink())
    const bytes = [...womanAgain]
    const data = await page.evaluateHandle(`(() => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], 'dropped.jpg', { type: 'image/jpeg' }))
      return data
    })()`)
    await page.dispatchEvent('#picture', 'drop', { dataTransfer: data })
    await page.locator('#picture .remove').waitFor()
    expect(await textOf('#picture .about')).toMatch(/^dropped\.jpg/)
  })

  it('is read in Chinese on a phone without scrolling sideways', async () => {
    await openPage({ viewport: { width: 320, height: 640 }, locale: 'zh-CN', colorScheme: 'dark' }, facesLink())
    await givePicture(woman)
    await page.click('#find')
    await answered()
    expect(await textOf('#found .what')).toBe('一张人脸')
    expect(await page.getByLabel('移除照片', { exact: true }).count()).toBe(1)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    await page.click('#language')
    expect(await textOf('#found .what')).toBe('One face')
  })

  it('is cancelled while it waits', async () => {
    await openPage({}, facesLink())
    await page.route('**/face/detect', () => {})
    await givePicture(woman)
    await page.click('#find')
    await page.click('#facesCancel')
    expect(await page.locator('#facesProgress').isHidden()).toBe(true)
    expect(complaints).toEqual([])
  })
})
