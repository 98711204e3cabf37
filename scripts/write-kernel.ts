/**
 * Writes src/face/kernel-code.ts from kernel.wat. Run it after a change of the latter; a test compares the two.
 *
 *     npm run kernel
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const SOURCE = fileURLToPath(new URL('../src/face/kernel.wat', import.meta.url))
const TARGET = fileURLToPath(new URL('../src/face/kernel-code.ts', import.meta.url))

/** The text of kernel-code.ts. */
export async function translateKernel(): Promise<string> {
  const { parseWat } = await wabt()
  const parsed = parseWat('kernel.wat', readFileSync(SOURCE, 'utf8'), { simd: true })
  parsed.validate()
  const { buffer } = parsed.toBinary({})
  parsed.destroy()
  return `/** kernel.wat, translated by \`npm run kernel\`: WebAssembly, base64. */
export const KERNEL_CODE =
  '${Buffer.from(buffer).toString('base64')}'
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, await translateKernel())
