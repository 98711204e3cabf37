import type { Command } from 'commander'
import { MIN_QUALITY_HELP, parseScore } from './compare.js'
import { addPackOption } from './engine-options.js'
import type { DedupeFlags } from './group-pictures.js'
import { addLangOption } from './language.js'

/** Many pictures make very many pairs of strangers, so more is asked than of two pictures (docs/cli.md). */
const DEFAULT_THRESHOLD = 80

export function addDedupeCommand(program: Command): void {
  const command = program
    .command('dedupe')
    .description('Groups the pictures of a folder by person.')
    .argument('<folder>', 'pictures, also in sub-folders; of several faces in one the most prominent counts')
    .option(
      '--threshold <score>',
      'groups become one while the mean similarity between them stands for this score, 0 to 100',
      parseScore,
      DEFAULT_THRESHOLD,
    )
    .option('--min-quality <n>', MIN_QUALITY_HELP, parseScore)
    .option('--html <file>', 'write a contact sheet: one page with a small picture of each face')
    .option('--cache <file>', 'keep the embeddings there (a file or a folder), to resume and to repeat quickly')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Nothing is deleted or moved. Embeddings are biometric data of the people in the pictures: they are kept only with --cache.
FACECOMPARE_WORKERS sets the number of worker processes. Ends with 0 when it ran, 2 for an error.

Examples:
  facecompare dedupe photos/
  facecompare dedupe photos/ --html people.html --cache photos.cache`,
    )
    .action(async (folder: string, flags: DedupeFlags) => {
      const { dedupe } = await import('./group-pictures.js')
      process.exitCode = await dedupe(folder, flags)
    })
  addLangOption(command)
  addPackOption(command)
}
