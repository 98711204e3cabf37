/**
 * Signals that reach the whole group (Ctrl-C, a supervisor's stop) are the parent's to act on: it still wants answers, and
 * ends this process when it has them. Imported first, before loading the native libraries takes its time.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
