#!/usr/bin/env node
import { listenForStop } from './stop-signals.js'

// Before anything else is loaded: a service that is asked to end while it starts ends well, too.
const stop = process.argv[2] === 'serve' ? listenForStop() : undefined
const { runProgram } = await import('./program.js')
await runProgram(stop)
