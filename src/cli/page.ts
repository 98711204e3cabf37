import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PageFiles } from '../http/page-routes.js'
import { findSamplePictures } from './sample-pictures.js'

const LOOPBACK_HOSTS = ['127.0.0.1', '::1', 'localhost']

/** The built page; undefined where the project runs without its build. */
export function findPage(host: string, keepsPersons: boolean): PageFiles | undefined {
  const webDir = join(import.meta.dirname, '..', 'web')
  if (!existsSync(join(webDir, 'web', 'index.html'))) return undefined
  // To this machine alone: on others they would be published, and who took them is not known.
  return { webDir, samplePictures: LOOPBACK_HOSTS.includes(host) ? findSamplePictures() : [], keepsPersons }
}

interface LinkedKey {
  readonly appid: string
  readonly secretId: string
  readonly secretKey: string
}

/** A link to the page that brings a key along. Browsers do not send what stands after `#`; the page takes it out at once. */
export function linkToPage(url: string, { appid, secretId, secretKey }: LinkedKey): string {
  return `${url.replace(/\/+$/, '')}/#${new URLSearchParams({ appid, secretId, secretKey })}`
}
