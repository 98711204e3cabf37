import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { launchBrowser } from '../support/browser.js'
import { type RunningService, startService } from '../support/service.js'

let dataDir: string
export let service: RunningService
let browser: Browser
export let pictures: Server
/** As the first start prints it. */
export let link: string
export let woman: Uint8Array
export let womanAgain: Uint8Array
export let meadow: Uint8Array

export let page: Page
/** What the browser complained of, and every address that it asked. */
export let complaints: string[]
let asked: Set<string>

/**
 * To be called once by a file of tests: each has a service and a browser of its own, and a page that must stay without a complaint.
 * @param more settings of the service
 */
export function setUpPage(more: Readonly<Record<string, string>> = {}): void {
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
      ...more,
    }
    ;[service, browser] = await Promise.all([startService(settings), launchBrowser()])
    link = /\S+#\S+/.exec(service.stdout())?.[0] ?? ''
  })

  afterAll(async () => {
    // Either is missing where the other could not be started: what was is ended all the same.
    await browser?.close()
    await service?.stop()
    pictures.close()
    await rm(dataDir, { recursive: true, force: true })
  })

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
}

export async function openPage(options: BrowserContextOptions = {}, url = link): Promise<void> {
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

export async function give(side: 'A' | 'B', bytes: Uint8Array): Promise<void> {
  await giveTo(`#card${side}`, `${side}.jpg`, bytes)
}

/** On the tab with one picture. */
export async function givePicture(bytes: Uint8Array): Promise<void> {
  await giveTo('#picture', 'picture.jpg', bytes)
}

async function giveTo(card: string, name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) }
  await page.locator(`${card} .file`).setInputFiles(file)
  await page.locator(`${card} .remove`).waitFor()
}

/** The service says this to every call from now on. */
export async function answerWith(body: object, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  await page.unroute('**/face/compare')
  // Not a failed load: browsers complain of those in the console.
  await page.route('**/face/compare', (route) => route.fulfill({ status: 200, headers: { ...headers }, json: body }))
}

export const textOf = (selector: string) => page.locator(selector).innerText()
