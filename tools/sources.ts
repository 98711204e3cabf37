/** The networks that the default pack is made of, as their publisher packed them. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const FACEPLUGIN = 'faceplugin-face-recognition-js'

/** The npm package, the path inside of it, and what the file must hash to. */
export const SOURCES = {
  embedder: [FACEPLUGIN, 'model/fr_feature.onnx', '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581'],
  detector: [FACEPLUGIN, 'model/fr_detect.onnx', '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854'],
  landmarks: [FACEPLUGIN, 'model/fr_landmark.onnx', 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258'],
} as const

/** Throws an Error with one sentence when the package is missing or its file is another one. */
export function readSource(name: keyof typeof SOURCES): Uint8Array {
  const [from, path, sha256] = SOURCES[name]
  const bytes = readFileSync(join(findPackage(from), path))
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes
  throw new Error(`The file ${path} of ${from} is not the expected one; install the version that package.json names.`)
}

function findPackage(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch (cause) {
    throw new Error(`The package ${name} is not installed; run npm ci with its development dependencies.`, { cause })
  }
}
