import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Replies } from './reply.js'
import { addStaticFiles, OWN_FILES_ONLY, type StaticFile } from './static-files.js'

/** What the page at `/` is made of. */
export interface PageFiles {
  /** The folder of the built page: `web/index.html`, and the modules as they import each other. */
  readonly webDir: string
  /** JPEG files to try the page with; none when empty. */
  readonly samplePictures: readonly string[]
  /** Whether persons can be enrolled. */
  readonly keepsPersons: boolean
}

/** What the page is told of the service's settings. */
export interface PageSettings {
  readonly maxImageBytes: number
}

const INDEX = 'web/index.html'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Pictures that were picked or taken are shown from the browser's memory. */
const PAGE_POLICY = [OWN_FILES_ONLY.replace("img-src 'self'", "img-src 'self' blob:"), "trusted-types 'none'"].join(
  '; ',
)

const PAGE_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), payment=()',
  'x-frame-options': 'DENY',
} as const

/** The page to try the service with, at `/`, and its files under `/assets/`. Public: the calls that it makes are signed. */
export function addPageRoutes(
  app: FastifyInstance,
  replies: Replies,
  { webDir, samplePictures, keepsPersons }: PageFiles,
  settings: PageSettings,
): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(PAGE_HEADERS)
  })
  const index = fillIn(readFileSync(join(webDir, INDEX), 'utf8'), {
    'max-image-bytes': settings.maxImageBytes,
    samples: samplePictures.length,
    persons: Number(keepsPersons),
  })
  const files: StaticFile[] = [
    { path: '/', type: 'text/html; charset=utf-8', read: () => Buffer.from(index) },
    ...listAssets(webDir),
    ...samplePictures.map((file, i) => ({
      path: `/assets/samples/${i + 1}.jpg`,
      type: 'image/jpeg',
      read: () => readFile(file),
    })),
  ]
  addStaticFiles(app, replies, files, PAGE_POLICY)
}

/** Numbers for the page in `data-` attributes of its root, which stand there as 0. */
function fillIn(html: string, numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers).reduce((text, [name, value]) => {
    return text.replace(`data-${name}="0"`, `data-${name}="${value}"`)
  }, html)
}

function listAssets(webDir: string): readonly StaticFile[] {
  return readdirSync(webDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = join(entry.parentPath ?? entry.path, entry.name)
      const type = TYPES[extname(file)]
      const path = relative(webDir, file).split(sep).join('/')
      return type ? [{ path: `/assets/${path}`, type, read: () => readFile(file) }] : []
    })
}
