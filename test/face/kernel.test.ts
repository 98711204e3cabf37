import { describe, expect, it } from 'vitest'
import { translateKernel } from '../../scripts/write-kernel.js'
import { KERNEL_CODE } from '../../src/face/kernel-code.js'

describe('the kernel', () => {
  it('is what its source says', async () => {
    expect(await translateKernel()).toContain(`'${KERNEL_CODE}'`)
  })
})
