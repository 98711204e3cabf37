import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { codeOf } from '../errors.js'
import { addBackupCommand } from './backup.js'
import { addCompareCommand } from './compare.js'
import { addDedupeCommand } from './dedupe.js'
import { addDetectCommand } from './detect.js'
import { addEvalCommand } from './eval.js'
import { addGalleryCommand } from './gallery.js'
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
    output.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error
    })
  }

  const program = createProgram(stop)
  overrideExit(program)
  try {
    await program.parseAsync()
  } catch (error) {
    process.stderr.write(`facecompare: ${explain(error)}\n`)
    // Not process.exit: what was started before the error may still be inside the inference runtime.
    process.exitCode = EXIT_ERROR
  }
}

/** The whole command line, before it is run. `stop` aborts when a service is to end, if somebody listens already. */
export function createProgram(stop?: AbortSignal): Command {
  const program = new Command('facecompare')
    .description('Compares the faces in photographs: a service, and commands for pictures at hand.')
    .version(readVersion())
    .showHelpAfterError('(facecompare --help shows what there is)')
    .addHelpText(
      'after',
      `
Examples:
  facecompare compare a.jpg b.jpg              are these two the same person?
  facecompare compare probe.jpg folder/        who in a folder is most like this one?
  facecompare detect crowd.jpg --annotate out.png   which faces does a picture show?
  facecompare dedupe folder/ --html out.html     who is on several pictures?
  facecompare serve                            answer over HTTP

"facecompare COMMAND --help" tells more. Settings are environment variables that begin with FACECOMPARE_; docs/settings.md lists them.`,
    )
  // A mistyped option may carry a SecretKey (`--secretkey=...`), and what is printed here ends in logs.
  program.configureOutput({ outputError: (text, write) => write(text.replace(/('-[\w-]*)=[^\n]*'/g, "$1=...'")) })
  program.commandsGroup('Pictures at hand:')
  addCompareCommand(program)
  addDetectCommand(program)
  addDedupeCommand(program)
  program.commandsGroup('Service:')
  addServeCommand(program, stop)
  addKeysCommand(program)
  addSignCommand(program)
  addUsageCommand(program)
  addBackupCommand(program)
  addGalleryCommand(program)
  program.commandsGroup('Accuracy and models:')
  addEvalCommand(program)
  addModelsCommand(program)
  program.commandsGroup('Other:')
  program.helpCommand('help [command]', 'Shows the help of a command.')
  return program
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return manifest && typeof manifest === 'object' && 'version' in manifest ? String(manifest.version) : 'unknown'
}

/** commander ends with 1 for a wrong call; here 1 means "no match". */
function overrideExit(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_ERROR))
  for (const child of command.commands) overrideExit(child)
}
