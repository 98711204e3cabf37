import './ignore-signals.js'

import { createEngine } from '../engine/local-engine.js'
import { serveParent } from './serve-parent.js'

/** The program of one worker process of the pool. */
serveParent(createEngine)
