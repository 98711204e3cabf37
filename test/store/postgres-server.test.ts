import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('the server of the tests lets a run end with what its tests say', () => {
  const loaded = new URL('../support/load-postgres.ts', import.meta.url).href
  const program = `const { loadPostgres } = await import('${loaded}'); await loadPostgres(); process.exitCode = 3`
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  )
  expect({ status, stderr }).toEqual({ status: 3, stderr: '' })
})
