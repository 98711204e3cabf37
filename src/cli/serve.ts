import type { Command } from 'commander'
import { addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { listenForStop } from './stop-signals.js'

/** @param stop aborts when the service is to end; it may have done so already. */
export function addServeCommand(program: Command, stop: AbortSignal | undefined): void {
  const command = program
    .command('serve')
    .description('Starts the service and prints one line when it is ready.')
    .action(async (options: EngineFlags) => {
      const config = readEngineConfig(options)
      // Loaded when needed: other commands, and a wrong setting, need not wait for it.
      const { runService } = await import('./run-service.js')
      await runService(config, stop ?? listenForStop())
    })
  addPackOption(command)
}
