/**
 * Pictures of the page, taken in a real browser with a real service:
 *
 *     npm run screenshots              those of the documents, to docs/images, with the photographs made unrecognisable
 *     npm run screenshots -- FOLDER    every state at several widths, light and dark, in both languages, to look at
 *
 * The machine needs a font that has Chinese characters, such as Debian's `fonts-noto-cjk`: without one they are left blank.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { cutPerson } from '../support/sample-people.js'
import { launchBrowser } from '../test/support/browser.js'
import { BOOTSTRAP, CREDENTIAL, type RunningService, startService } from '../test/support/service.js'

const DOCUMENT_IMAGES = fileURLToPath(new URL('../docs/images', import.meta.url))

interface Shot {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly dark?: boolean
  readonly language?: 'en' | 'zh'
  readonly prepare?: (page: Page) => Promise<void>
  /** The whole page, not what fits into the window. */
  readonly whole?: boolean
  readonly tab?: 'compare' | 'faces'
}

const WIDE = { width: 1280, height: 800 }
const TABLET = { width: 820, height: 1100 }
const PHONE = { width: 375, height: 760 }

const STATES: readonly Shot[] = [
  { name: 'empty-wide', ...WIDE, whole: true },
  { name: 'empty-tablet', ...TABLET, whole: true },
  { name: 'empty-phone-zh-dark', ...PHONE, whole: true, dark: true, language: 'zh' },
  { name: 'working-wide', ...WIDE, prepare: (page) => compareTwo(page, { hang: true }) },
  { name: 'result-wide', ...WIDE, whole: true, prepare: (page) => compareTwo(page) },
  {
    name: 'result-wide-zh-dark',
    ...WIDE,
    whole: true,
    dark: true,
    language: 'zh',
    prepare: (page) => compareTwo(page),
  },
  { name: 'result-tablet-dark', ...TABLET, whole: true, dark: true, prepare: (page) => compareTwo(page) },
  { name: 'result-phone', ...PHONE, whole: true, prepare: (page) => compareTwo(page) },
  { name: 'failed-wide', ...WIDE, prepare: compareWithNoFace },
  { name: 'failed-phone-zh', ...PHONE, whole: true, language: 'zh', prepare: compareWithNoFace },
  { name: 'keys-missing-phone', ...PHONE, whole: true, prepare: compareWithoutKeys },
  { name: 'faces-empty-wide', ...WIDE, whole: true, tab: 'faces' },
  ...[360, 768, 1280].flatMap((width): readonly Shot[] => [
    { name: `faces-${width}`, width, height: 800, whole: true, tab: 'faces', prepare: findFaces },
    { name: `faces-${width}-dark`, width, height: 800, whole: true, tab: 'faces', dark: true, prepare: searchPerson },
    { name: `faces-${width}-zh`, width, height: 800, whole: true, tab: 'faces', language: 'zh', prepare: searchPerson },
  ]),
  { name: 'faces-failed-phone', ...PHONE, whole: true, tab: 'faces', prepare: searchNobody },
]

const OF_DOCUMENTS: readonly Shot[] = [
  { name: 'page', ...WIDE, height: 900, prepare: compareUnrecognisable },
  { name: 'page-zh-dark', ...WIDE, height: 900, dark: true, language: 'zh', prepare: compareUnrecognisable },
  { name: 'page-phone', ...PHONE, height: 1000, prepare: compareUnrecognisable },
  { name: 'page-faces', ...WIDE, height: 800, tab: 'faces', prepare: searchUnrecognisable },
]

async function give(page: Page, side: 'A' | 'B', bytes: Uint8Array): Promise<void> {
  const file = { name: `${side.toLowerCase()}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) }
  await page.locator(`#card${side} .file`).setInputFiles(file)
  await page.locator(`#card${side} .remove`).waitFor()
}

async function compareTwo(page: Page, { hang = false } = {}): Promise<void> {
  if (hang) await page.route('**/face/compare', () => {})
  await give(page, 'A', await cutPerson('womanAtParty', 600))
  await give(page, 'B', await cutPerson('womanInBar', 600))
  await page.click('#compare')
  await page.waitForSelector(hang ? '#progress:not([hidden])' : '#details:not([hidden])')
  // The dial turns and the outlines are drawn.
  await page.waitForTimeout(hang ? 600 : 1300)
}

async function compareWithNoFace(page: Page): Promise<void> {
  const grass = sharp({ create: { width: 640, height: 480, channels: 3, background: '#5d7f4e' } })
  await give(page, 'A', await cutPerson('man', 500))
  await give(page, 'B', new Uint8Array(await grass.jpeg().toBuffer()))
  await page.click('#compare')
  await page.waitForSelector('#failure .what')
}

async function compareWithoutKeys(page: Page): Promise<void> {
  await page.click('#keys summary')
  await page.fill('#secretKey', '')
  await give(page, 'A', await cutPerson('man', 500))
  await give(page, 'B', await cutPerson('manAgain', 500))
  await page.click('#compare')
}

async function givePicture(page: Page, bytes: Uint8Array): Promise<void> {
  await page
    .locator('#picture .file')
    .setInputFiles({ name: 'party.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes) })
  await page.locator('#picture .remove').waitFor()
}

/** Two people side by side. */
async function findFaces(page: Page): Promise<void> {
  const [left, right] = await Promise.all([cutPerson('womanAtParty', 400), cutPerson('man', 400)])
  const sheet = sharp({ create: { width: 800, height: 400, channels: 3, background: '#808080' } })
  const both = sheet.composite([
    { input: Buffer.from(left), left: 0, top: 0 },
    { input: Buffer.from(right), left: 400, top: 0 },
  ])
  await givePicture(page, new Uint8Array(await both.jpeg().toBuffer()))
  await page.click('#find')
  await page.waitForSelector('#found .faces')
}

async function searchPerson(page: Page): Promise<void> {
  await page.fill('#groups', 'staff')
  for (const [name, cut] of [
    ['Ada', 'womanAtParty'],
    ['Charles', 'man'],
  ] as const) {
    await page.fill('#personId', name)
    await givePicture(page, await cutPerson(cut, 600))
    await page.click('#enrol')
    // Enrolled by an earlier picture already.
    await page.waitForSelector('#found .what, #facesFailure .what')
    await page.click('#picture .remove')
  }
  await page.fill('#personId', '')
  await givePicture(page, await cutPerson('womanInBar', 600))
  await page.click('#search')
  await page.waitForSelector('#found .bars')
}

async function searchNobody(page: Page): Promise<void> {
  await page.fill('#groups', 'nobody')
  await givePicture(page, await cutPerson('man', 500))
  await page.click('#search')
  await page.waitForSelector('#facesFailure .what')
}

async function searchUnrecognisable(page: Page): Promise<void> {
  await searchPerson(page)
  await hidePeople(page)
}

async function compareUnrecognisable(page: Page): Promise<void> {
  await compareTwo(page)
  await hidePeople(page)
}

/** Who is on the photographs is nobody's business, and who took them is not known: they are shown as coarse squares. */
async function hidePeople(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    for (const image of document.querySelectorAll('.canvas img[src]')) {
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 14
      canvas.getContext('2d').drawImage(image, 0, 0, 14, 14)
      image.style.imageRendering = 'pixelated'
      image.src = canvas.toDataURL()
      await image.decode()
    }
    for (const cut of document.querySelectorAll('#found canvas')) {
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 8
      canvas.getContext('2d').drawImage(cut, 0, 0, 8, 8)
      const context = cut.getContext('2d')
      context.imageSmoothingEnabled = false
      context.drawImage(canvas, 0, 0, cut.width, cut.height)
    }
  })()`)
}

async function take(browser: Browser, service: RunningService, shot: Shot, folder: string): Promise<void> {
  const { name, width, height, dark = false, language = 'en', prepare, whole = false, tab = 'compare' } = shot
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: 1,
    colorScheme: dark ? 'dark' : 'light',
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  })
  const page = await context.newPage()
  await page.goto(`${service.url}/?tab=${tab}#${new URLSearchParams(CREDENTIAL)}`)
  await prepare?.(page)
  await page.evaluate('scrollTo(0, 0)')
  const png = await page.screenshot({ fullPage: whole })
  await sharp(png)
    .png({ palette: true, quality: 90, effort: 10 })
    .toFile(join(folder, `${name}.png`))
  await context.close()
}

const [folder = DOCUMENT_IMAGES] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
const service = await startService({ ...BOOTSTRAP, FACECOMPARE_GALLERY: '1', FACECOMPARE_LOG_LEVEL: 'warn' })
try {
  const browser = await launchBrowser()
  try {
    for (const shot of folder === DOCUMENT_IMAGES ? OF_DOCUMENTS : STATES) await take(browser, service, shot, folder)
  } finally {
    await browser.close()
  }
} finally {
  await service.stop()
}
