import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/** What `facecompare sign` must be told to open the same store. */
const STORE_SETTINGS = ['FACECOMPARE_DATA_DIR', 'FACECOMPARE_MASTER_KEY'] as const

/**
 * A `curl` call for the folder in which the service was started. It asks `facecompare sign` for its signature instead of
 * carrying one, because what is printed at start ends up in logs. For the same reason a master key is named, not shown.
 */
export function exampleCall(url: string, appid: string): string {
  const settings = STORE_SETTINGS.filter((name) => process.env[name]).map((name) => {
    return name === 'FACECOMPARE_DATA_DIR' ? `${name}=${quote(process.env[name] ?? '')} ` : `${name}=... `
  })
  const program = quote(relative(process.cwd(), join(import.meta.dirname, 'main.js')))
  const [a, b] = samplePictures().map((path) => quote(`@${path}`))
  return (
    `curl -H "Authorization: $(${settings.join('')}node ${program} sign --appid ${quote(appid)})" -F appid=${quote(appid)} ` +
    `-F imageA=${a} -F imageB=${b} ${url}/face/compare`
  )
}

/** Two photographs (of several people each) that come with an installed package, or names to fill in. */
function samplePictures(): readonly [string, string] {
  try {
    const demo = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo')
    const [a, b] = [join(demo, 'sample1.jpg'), join(demo, 'sample3.jpg')]
    if (existsSync(a) && existsSync(b)) return [relative(process.cwd(), a), relative(process.cwd(), b)]
  } catch {
    // Without the package's pictures the reader puts in two of their own.
  }
  return ['a.jpg', 'b.jpg']
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
