import type { Command } from 'commander'
import { addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { listenForStop } from './stop-signals.js'

/** @param early aborts when the service is to end, if somebody listens already; it may have done so. */
export function addServeCommand(program: Command, early: AbortSignal | undefined): void {
  const command = program
    .command('serve')
    .description('Starts the service and prints one line when it is ready.')
    .action(async (options: EngineFlags) => {
      const stop = early ?? listenForStop()
      const config = readEngineConfig(options)
      // Loaded when needed: other commands, and a wrong setting, need not wait for it. Meanwhile there is nothing to close.
      const endAtOnce = () => process.exit(0)
      if (stop.aborted) endAtOnce()
      stop.addEventListener('abort', endAtOnce)
      const { runService } = await import('./run-service.js')
      stop.removeEventListener('abort', endAtOnce)
      await runService(config, stop)
    })
  addPackOption(command)
}
