import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { codeFileOf, KERNELS, translateKernel } from '../../scripts/write-kernel.js'

it.each(KERNELS)('%s is what its source says', async (kernel) => {
  expect(readFileSync(codeFileOf(kernel), 'utf8')).toBe(await translateKernel(kernel))
})
