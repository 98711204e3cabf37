/**
 * Translates the WebAssembly text of the project to what the code takes in: NAME-code.ts beside NAME.wat. Run it after a change of
 * the latter; a test compares the two.
 *
 *     npm run kernel
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

/** Without their ending. */
export const KERNELS = ['src/pipeline/kernel'] as const

/** The text of NAME-code.ts. */
export async function translateKernel(kernel: string): Promise<string> {
  const { parseWat } = await wabt()
  const name = `${basename(kernel)}.wat`
  const parsed = parseWat(name, readFileSync(pathOf(`${kernel}.wat`), 'utf8'), { simd: true })
  parsed.validate()
  const { buffer } = parsed.toBinary({})
  parsed.destroy()
  const constant = `${basename(kernel).replaceAll('-', '_').toUpperCase()}_CODE`
  return `/** ${name}, translated by \`npm run kernel\`: WebAssembly, base64. */
export const ${constant} =
  '${Buffer.from(buffer).toString('base64')}'
`
}

/** The file that the text stands in. */
export function codeFileOf(kernel: string): string {
  return pathOf(`${kernel}-code.ts`)
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const kernel of KERNELS) writeFileSync(codeFileOf(kernel), await translateKernel(kernel))
}
