import type { Command } from 'commander'
import type { Config } from '../config.js'
import { addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { GROUPS_OPTION } from './eval.js'

interface CalibrateOptions extends EngineFlags {
  readonly groups?: string
}

export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('Lists, checks and calibrates the networks that compare faces.')
  const list = models
    .command('list')
    .description('Lists the networks that the pack in use consists of.')
    .action((options: EngineFlags) => listModels(readEngineConfig(options)))
  const verify = models
    .command('verify')
    .description('Loads everything, runs each network once on a blank image and says what came out.')
    .addHelpText('after', '\nEnds with 0 when all is well, 2 with the reason when it is not.')
    .action((options: EngineFlags) => verifyModels(readEngineConfig(options)))
  const calibrate = models
    .command('calibrate')
    .description('Makes the calibration of a model pack from labelled pictures and writes it into the pack.')
    .argument('<folder>', 'one sub-folder a person; every picture is compared with every other')
    .option('--groups <file>', `${GROUPS_OPTION}; its rates then hold in the worst group`)
    .addHelpText(
      'after',
      '\nScore 90 needs 100,000 pairs of pictures of different people: about 450 people with one picture each.',
    )
    .action(async (folder: string, options: CalibrateOptions) => {
      const { calibratePack } = await import('./calibrate.js')
      process.exitCode = await calibratePack(folder, readEngineConfig(options), options.groups)
    })
  for (const command of [list, verify, calibrate]) addPackOption(command)
}

async function listModels({ modelPack }: Config): Promise<void> {
  const { listPieces, resolvePack } = await import('../packs/resolve.js')
  const resolved = await resolvePack(modelPack)
  const { folder, embedders } = resolved
  print(`${folder.name} (licence: ${folder.manifest.licence})`)
  await printTable(
    listPieces(resolved).map((piece) => {
      const { role, pack, entry } = piece
      const of = embedders.find((embedder) => embedder === piece)
      const share = of && (of.weight > 0 ? ` (${Math.round(100 * of.weight)} %)` : ' (facial parts)')
      const size = 'inputForm' in entry ? entry.inputForm.size : entry.inputSize
      const from = pack === folder ? '' : pack.name
      return [`${role}${share ?? ''}`, entry.file, describeSize(size), entry.licence, entry.sha256.slice(0, 12), from]
    }),
  )
}

async function verifyModels({ modelPack }: Config): Promise<void> {
  const { openPack } = await import('../engine/open-pack.js')
  const onWarning = (sentence: string) => process.stderr.write(`facecompare: ${sentence}\n`)
  const { networks, numbers, close } = await openPack({ modelPack, calibration: 'optional', onWarning })
  await close()
  await printTable(
    networks.map(({ pack, role, file, inputSize, gives }) => [role, file, describeSize(inputSize), gives, pack, 'ok']),
  )
  if (numbers.calibrationProblem !== undefined)
    print(`The pack ${numbers.calibrationProblem}: it can be evaluated and calibrated, not served.`)
  print(`${numbers.id} ok`)
}

function describeSize(side: number | undefined): string {
  return side === undefined ? 'any size' : `${side} px`
}

async function printTable(rows: readonly (readonly string[])[]): Promise<void> {
  const { formatTable } = await import('./table.js')
  for (const line of formatTable(rows)) print(`  ${line}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
