// Runs the command line from a source checkout: builds what is stale, then hands over in this same process,
// so that signals and the exit code are the command's own.
import { build } from './build.mjs'

build({ ifStale: true })
await import('../dist/cli/main.js')
