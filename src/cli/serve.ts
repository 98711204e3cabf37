import type { Command } from 'commander'
import { readConfig } from '../config.js'

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('Starts the service and prints one line when it is ready.')
    .action(async () => {
      const config = readConfig(process.env)
      // Loaded when needed: other commands, and a wrong setting, need not wait for it.
      const { runService } = await import('./run-service.js')
      await runService(config)
    })
}
