import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./kills-when-ready.mjs', import.meta.url))

it('a program that kills a worker at the moment when that gets ready stays until it is gone', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM])
  expect(stdout).toBe('ended')
})
