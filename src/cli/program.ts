import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addBackupCommand } from './backup.js'
import { addCompareCommand } from './compare.js'
import { addEvalCommand } from './eval.js'
import { addKeysCommand } from './keys.js'
import { addModelsCommand } from './models.js'
import { EXIT_ERROR, explain } from './report.js'
import { addServeCommand } from './serve.js'
import { addSignCommand } from './sign.js'
import { addUsageCommand } from './usage.js'

/** Runs the command that the command line names. `stop` aborts when a service is to end. */
export async function runProgram(stop: AbortSignal | undefined): Promise<void> {
  // Whoever reads our output may have read enough (`| head -1`); that is no error.
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', (error: Error & { readonly code?: string }) => {
      if (error.code !== 'EPIPE') throw error
    })
  }

  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const version =
    manifest && typeof manifest === 'object' && 'version' in manifest ? String(manifest.version) : 'unknown'

  const program = new Command('facecompare')
    .description('Compares the faces in two photographs: a service, and a command for two pictures at hand.')
    .version(version)
    .showHelpAfterError('(facecompare --help shows what there is)')
    .addHelpText('after', '\nSettings are environment variables that begin with FACECOMPARE_; the README lists them.')
  addServeCommand(program, stop)
  addCompareCommand(program)
  addEvalCommand(program)
  addModelsCommand(program)
  addKeysCommand(program)
  addSignCommand(program)
  addUsageCommand(program)
  addBackupCommand(program)
  overrideExit(program)
  try {
    await program.parseAsync()
  } catch (error) {
    process.stderr.write(`facecompare: ${explain(error)}\n`)
    // Not process.exit: what was started before the error may still be inside the inference runtime.
    process.exitCode = EXIT_ERROR
  }
}

/** commander ends with 1 for a wrong call; here 1 means "no match". */
function overrideExit(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_ERROR))
  for (const child of command.commands) overrideExit(child)
}
