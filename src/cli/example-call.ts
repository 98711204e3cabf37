import { join, relative } from 'node:path'
import { findSamplePictures } from './sample-pictures.js'

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

/** Paths as seen from here, or names to fill in. */
function samplePictures(): readonly string[] {
  const found = findSamplePictures()
  return found.length > 0 ? found.map((path) => relative(process.cwd(), path)) : ['a.jpg', 'b.jpg']
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
