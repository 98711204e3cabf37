import { type Command, InvalidArgumentError, Option } from 'commander'
import { wholeNumber } from '../config/values.js'
import { MIN_QUALITY_HELP, parseScore } from './compare.js'
import { addPackOption } from './engine-options.js'
import type { EvalOptions } from './evaluate.js'
import { optionValue } from './option-value.js'

const COUNT = optionValue(wholeNumber(0, 1000))
const DEFAULT_FARS = '1e-2,1e-3,1e-4,1e-5'

export const GROUPS_OPTION = 'CSV that says which group a person or a picture is of: person-or-picture,group'

export function addEvalCommand(program: Command): void {
  const command = program
    .command('eval')
    .description('Measures how well faces are told apart on labelled pictures of your own.')
    .argument('<folder>', 'one sub-folder a person (every picture is compared with every other), or see --pairs')
    .option(
      '--pairs <file...>',
      'compare these pairs only: LFW format or CSV (a,b,label); pictures in folder or folder/images',
    )
    .option('--all', "compare every picture of --pairs with every other one; a person is a picture's folder")
    .option('--folds <n>', 'cross-validate the accuracy over the pairs of --pairs in so many folds', COUNT, 0)
    .addOption(
      new Option('--far <list>', 'false accept rates to report')
        .argParser(parseFars)
        .default(parseFars(DEFAULT_FARS), DEFAULT_FARS),
    )
    .option('--min-quality <n>', MIN_QUALITY_HELP, parseScore)
    .option('--groups <file>', GROUPS_OPTION)
    .option('--hardest <n>', 'how many of the hardest pairs of either kind to list', COUNT, 10)
    .option('--json <file>', 'write the figures as JSON; "-" prints them instead of the text')
    .option('--html <file>', 'write a page with charts that needs nothing else')
    .option('--with-pictures', 'put small copies of the hardest pictures into the page (asks for --html)')
    .option('--cache <file>', 'keep the embeddings there (a file or a folder), to resume and to repeat quickly')
    .addHelpText(
      'after',
      `
A line of --groups for a picture (its path in the folder) wins over that of its person; strangers are compared within a group.
Labels in CSV: 1 or 0, same or different, genuine or impostor, true or false. LFW: name i j, or name i other j.
Embeddings are biometric data of the people in the pictures: they are kept only with --cache, and the file stays until you delete it.
FACECOMPARE_WORKERS sets the number of worker processes. Ends with 0 when it ran, 2 for an error.`,
    )
    .action(async (folder: string, options: EvalOptions) => {
      const { evaluate } = await import('./evaluate.js')
      process.exitCode = await evaluate(folder, options)
    })
  addPackOption(command)
}

function parseFars(text: string): readonly number[] {
  const fars = text.split(',').map(Number)
  if (fars.some((far) => !(far > 0 && far < 1))) {
    throw new InvalidArgumentError('Expected rates between 0 and 1 with commas between, such as 1e-2,1e-3.')
  }
  return [...new Set(fars)]
}
