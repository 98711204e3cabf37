import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import {
  answerWith,
  give,
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

setUpPage()

describe('a comparison', () => {
  it('shows score, outlines, parts, times and code for two files, with the keys of the link', async () => {
    await openPage()
    expect(page.url()).toBe(`${service.url}/`)
    await give('A', woman)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#details:not([hidden])')
    expect(Number(await page.locator('#dial .number').textContent())).toBeGreaterThan(70)
    expect(await textOf('#verdict')).toMatch(
      /same person.*strangers score so high, in the worst group that was measured/s,
    )
    expect(await textOf('#status')).toMatch(/^Score [\d.]+ of 100\. .*same person/)
    for (const side of ['A', 'B']) {
      expect(await page.locator(`#card${side} .outline`).getAttribute('viewBox')).toBe('0 0 250 250')
      // The box, nine lines, each with a dark one below it, and the points.
      expect(await page.locator(`#card${side} .outline path`).count()).toBe(21)
    }
    expect((await textOf('#parts')).match(/\d+\.\d/g)).toHaveLength(4)
    expect((await textOf('#times')).match(/[\d.]+ ms/g)).toHaveLength(8)
    const key = new URLSearchParams(new URL(link).hash.slice(1))
    expect(await textOf('#source')).toContain(`SECRET_ID=${key.get('secretId')}`)
    expect(await page.content()).not.toContain(key.get('secretKey'))
    await page.check('#showKey')
    expect(await textOf('#source')).toContain(String(key.get('secretKey')))
  })

  it('draws the outline on a blank for a url, which the service fetches', async () => {
    await openPage()
    await give('A', woman)
    await page.fill('#cardB input[type=url]', `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/b.jpg`)
    await page.click('#cardB .address button')
    await page.click('#compare')
    await page.waitForSelector('#details:not([hidden])')
    expect(await page.locator('#cardB .outline .blank').getAttribute('width')).toBe('250')
    expect(await page.locator('#cardB img').isVisible()).toBe(false)
    expect(await textOf('#times')).toContain('Fetch')
  })

  it('takes the pictures to try it with in one click', async () => {
    await openPage()
    await page.click('#samePerson')
    await page.waitForSelector('#details:not([hidden])')
    expect(Number(await page.locator('#dial .number').textContent())).toBeGreaterThan(70)
    expect(await page.locator('#cardA .save a').getAttribute('download')).toBe('sample-a.jpg')
  })

  it('makes a file smaller that the service would refuse', async () => {
    await openPage()
    await give(
      'A',
      new Uint8Array(
        await sharp(await cutPerson('womanAtParty', 800))
          .png()
          .toBuffer(),
      ),
    )
    expect(await textOf('#cardA .note')).toMatch(/^Made smaller for sending: \d+ kB to \d+ kB\.$/)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#details:not([hidden])')
  })

  it('takes a picture of the camera', async () => {
    await openPage()
    await page.click('#cardA .camera')
    await page.click('#cameraTake')
    await page.locator('#cardA .remove').waitFor()
    expect(await textOf('#cardA .about')).toMatch(/^camera-a\.jpg, \d+ kB$/)
  })
})

describe('a failure', () => {
  it('says on which side and why, and what to do', async () => {
    await openPage()
    await give('A', woman)
    await give('B', meadow)
    await page.click('#compare')
    await page.waitForSelector('#failure .what')
    expect(await textOf('#failure')).toMatch(
      /^Picture B: no face was found\.\s+Use a photograph .*Code -1101, call \S+$/s,
    )
    expect(await textOf('#cardB .wrong')).toBe('No face was found.')
    expect(await textOf('#cardA .caption')).not.toContain('face')
    expect(await page.locator('#details').isHidden()).toBe(true)
  })

  it('of a wrong clock is told as such, and the clock of the service helps', async () => {
    await openPage()
    await page.clock.setFixedTime(Date.now() - 20 * 60_000)
    await give('A', woman)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#failure .what')
    expect(await textOf('#failure')).toContain('The clock of this device is 20 minutes behind the service')
    await page.click('#useClock')
    await page.waitForSelector('#details:not([hidden])')
  })

  it('of too many calls counts down', async () => {
    await openPage()
    const body = { data: { session_id: 's', detail: 'Too many calls.' }, code: 15, message: 'TOO_MANY_REQUESTS' }
    await answerWith(body, { 'Retry-After': '2' })
    await give('A', woman)
    await give('B', woman)
    await page.click('#compare')
    await page.getByText('Try again in 2 seconds.').waitFor()
    await page.getByText('You can try again now.').waitFor()
  })
})

describe('the second tab of a service that keeps no persons', () => {
  it('says how that is switched on, and finds faces nevertheless', async () => {
    await openPage({}, link.replace('/#', '/?tab=faces#'))
    expect(await textOf('#personsOff')).toMatch(/can switch that on with FACECOMPARE_GALLERY=1\.$/)
    expect(await page.locator('#personsOn').isHidden()).toBe(true)
    await givePicture(woman)
    await page.click('#find')
    await page.waitForSelector('#found .faces')
  })
})

describe('everyone', () => {
  it('reads it in Chinese, also after loading it again', async () => {
    await openPage()
    await page.click('#compare')
    expect(await textOf('#failure')).toBe('Picture A is missing.')
    await page.click('#language')
    expect(await textOf('h1')).toBe('是同一个人吗？')
    expect(await textOf('#failure')).toBe('还没有照片 A。')
    await page.reload()
    expect(await textOf('#compare')).toBe('开始比对')
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    // The key was in the memory of the page alone.
    expect(await page.inputValue('#secretKey')).toBe('')
  })

  it('sees all of it on a phone without scrolling sideways, in either language and in the dark', async () => {
    for (const locale of ['en-GB', 'zh-CN']) {
      await page?.context().close()
      await openPage({ viewport: { width: 320, height: 640 }, locale, colorScheme: 'dark' })
      await give('A', woman)
      await give('B', woman)
      await page.click('#compare')
      await page.waitForSelector('#details:not([hidden])')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    }
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(await background()).toBe('rgb(14, 18, 18)')
    await page.click('#theme')
    expect(await background()).toBe('rgb(245, 246, 244)')
  })

  it('can use it with the keyboard alone, keys included', async () => {
    await openPage({}, `${service.url}/`)
    const key = new URLSearchParams(new URL(link).hash.slice(1))
    const url = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/`
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await tabTo('#cardA input[type=url]')
    await page.keyboard.type(url)
    await page.keyboard.press('Enter')
    await tabTo('#compare')
    await page.keyboard.press('Enter')
    // It asks for what is missing, and the focus is where that is given.
    expect(await textOf('#failure')).toBe('Picture B is missing.')
    await tabTo('#cardB input[type=url]')
    await page.keyboard.type(url)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Tab')
    expect(await focused()).toBe('compare')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('appid')
    for (const name of ['appid', 'secretId', 'secretKey']) {
      await page.keyboard.type(key.get(name) ?? '')
      await page.keyboard.press('Tab')
    }
    await tabTo('#compare', 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#details:not([hidden])')
    expect(await page.locator('#dial .number').textContent()).toBe('100')
  })
})

const focused = () => page.evaluate('document.activeElement?.id')

async function tabTo(selector: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if ((await page.locator(`${selector}:focus`).count()) === 1) return
    await page.keyboard.press(key)
  }
  throw new Error(`${selector} cannot be reached with ${key}.`)
}
