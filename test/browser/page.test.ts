import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { launchBrowser } from '../support/browser.js'
import { type RunningService, startService } from '../support/service.js'

let dataDir: string
let service: RunningService
let browser: Browser
let pictures: Server
/** As the first start prints it. */
let link: string
let woman: Uint8Array
let womanAgain: Uint8Array
let meadow: Uint8Array

let page: Page
/** What the browser complained of, and every address that it asked. */
let complaints: string[]
let asked: Set<string>

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  ;[woman, womanAgain] = await Promise.all([cutPerson('womanAtParty'), cutPerson('womanInBar')])
  const green = sharp({ create: { width: 300, height: 200, channels: 3, background: '#5d7f4e' } })
  meadow = new Uint8Array(await green.jpeg().toBuffer())
  pictures = createServer((_request, response) => response.end(womanAgain)).listen(0, '127.0.0.1')
  const settings = {
    FACECOMPARE_DATA_DIR: dataDir,
    FACECOMPARE_URL_ALLOW: '127.0.0.1',
    FACECOMPARE_WORKERS: '1',
    FACECOMPARE_MAX_IMAGE_BYTES: '256KiB',
  }
  ;[service, browser] = await Promise.all([startService(settings), launchBrowser()])
  link = /\S+#\S+/.exec(service.stdout())?.[0] ?? ''
})

afterAll(async () => {
  await browser.close()
  await service.stop()
  pictures.close()
  await rm(dataDir, { recursive: true, force: true })
})

async function openPage(options: BrowserContextOptions = {}, url = link): Promise<void> {
  // Nothing is drawn slowly, so that nobody has to wait for it.
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options })
  page = await context.newPage()
  page.setDefaultTimeout(10_000)
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => asked.add(new URL(request.url()).protocol + new URL(request.url()).host))
  await page.goto(url)
}

beforeEach(() => {
  complaints = []
  asked = new Set()
})

afterEach(async () => {
  await page.context().close()
  expect(complaints).toEqual([])
  // `blob:` is the browser's own memory.
  expect([...asked].filter((from) => from !== 'blob:')).toEqual([`http:${new URL(service.url).host}`])
})

async function give(side: 'A' | 'B', bytes: Uint8Array): Promise<void> {
  const file = { name: `${side}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) }
  await page.locator(`#card${side} .file`).setInputFiles(file)
  await page.locator(`#card${side} .remove`).waitFor()
}

/** The service says this to every call from now on. */
async function answerWith(body: object, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  await page.unroute('**/face/compare')
  // Not a failed load: browsers complain of those in the console.
  await page.route('**/face/compare', (route) => route.fulfill({ status: 200, headers: { ...headers }, json: body }))
}

const textOf = (selector: string) => page.locator(selector).innerText()

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

  it('hints at what is wrong with a picture that was compared, in either language', async () => {
    await openPage()
    await page.route('**/face/compare', async (route) => {
      const response = await route.fetch()
      const answer = await response.json()
      Object.assign(answer.data.faceA, { quality: 88.7, quality_reasons: [] })
      Object.assign(answer.data.faceB, { quality: 12.9, quality_reasons: ['small', 'dark', 'turned_away'] })
      await route.fulfill({ response, json: answer })
    })
    await give('A', woman)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#details:not([hidden])')
    const hint = 'Picture B shows the face too small, is dark and shows the face turned away: take it again if you can.'
    expect(await textOf('#cardB .hint')).toBe(hint)
    expect(await textOf('#cardB .note')).toMatch(/, quality 12 of 100$/)
    expect(await textOf('#cardA .note')).toMatch(/, quality 88 of 100$/)
    expect(await page.locator('#cardA .hint').isVisible()).toBe(false)
    expect(await page.locator('#cardB.failed').count()).toBe(0)
    expect(await textOf('#status')).toMatch(/^Score [\d.]+ of 100\. .*take it again if you can\.$/)
    await page.click('#language')
    expect(await textOf('#cardB .hint')).toBe('照片 B 人脸太小、太暗、人脸偏转过大，有条件请重拍。')
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

  it('of a face that is shown too poorly says what is wrong with the picture, in either language', async () => {
    await openPage({ viewport: { width: 320, height: 640 } })
    const detail = 'The face is too blurred and covered, and cannot be compared: quality 1 of at least 3.'
    const data = { session_id: 's', fail_flag: 2, quality: 1, quality_reasons: ['blurred', 'covered'], detail }
    await answerWith({ data, code: -1103, message: 'SDK_FEAT_PROCESSFAILED' })
    await give('A', woman)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#failure .what')
    const sentence = 'Picture B is blurred and shows the face covered: take it again.'
    expect(await textOf('#failure')).toMatch(new RegExp(`^${sentence}\\s+Use a photograph .*Code -1103`, 's'))
    expect(await textOf('#cardB .wrong')).toBe(sentence)
    expect(await textOf('#cardA .caption')).not.toContain('blurred')
    await page.click('#language')
    expect(await textOf('#cardB .wrong')).toBe('照片 B 模糊、人脸被遮挡，请重拍。')
    expect(await textOf('#failure .what')).toBe('照片 B 模糊、人脸被遮挡，请重拍。')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    // Another failure of the same code is told as it was.
    await answerWith({
      data: { session_id: 's', fail_flag: 1, detail },
      code: -1103,
      message: 'SDK_FEAT_PROCESSFAILED',
    })
    await page.click('#compare')
    await page.waitForSelector('#cardA.failed')
    expect(await textOf('#cardA .wrong')).toBe('无法提取人脸向量。')
  })

  it('of a wrong clock is told as such, and the clock of the service helps', async () => {
    await openPage()
    await page.clock.setFixedTime(Date.now() - 20 * 60_000)
    await give('A', woman)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#failure .what')
    expect(await textOf('#failure')).toContain('The clock of this device is 20 minutes behind the service')
    // The browser says of every 401 that it is one.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('401')])
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
