import type { Command } from 'commander'
import type { Config } from '../config.js'
import type { Model, Models } from '../face/models.js'
import type { PackFolder } from '../model/pack-folder.js'
import { calibratePack } from './calibrate.js'
import { addEffortOption, addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { formatTable } from './table.js'

export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('Lists, checks and calibrates the networks that compare faces.')
  const list = models
    .command('list')
    .description('Lists the networks of the default pack and of the one that is named.')
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
    .addHelpText(
      'after',
      '\nScore 90 needs 100,000 pairs of pictures of different people: about 450 people with one picture each.',
    )
    .action(async (folder: string, options: EngineFlags) => {
      process.exitCode = await calibratePack(folder, readEngineConfig(options))
    })
  for (const command of [list, verify, calibrate]) {
    addPackOption(command)
    addEffortOption(command)
  }
}

async function listModels({ modelPack, effort }: Config): Promise<void> {
  const { listDefaultNetworks } = await import('../model/default-networks.js')
  const rows = listDefaultNetworks().map(({ name, file, licence, inputSize, precision, sha256 }) => {
    return [name, file, `${inputSize} px`, precision, licence, sha256.slice(0, 12)]
  })
  print(
    modelPack === undefined
      ? `default (in use, effort ${effort})`
      : 'default (facial parts, and what the pack leaves to it)',
  )
  printTable(rows)
  if (modelPack === undefined) return
  const { openPackFolder } = await import('../model/pack-folder.js')
  const pack = await openPackFolder(modelPack)
  print(`\n${pack.name} (in use, effort ${effort}; licence: ${pack.manifest.licence})`)
  printTable(describePack(pack))
}

function describePack({ manifest }: PackFolder): readonly (readonly string[])[] {
  const { detector, embedders, weights } = manifest
  const detectorRow =
    detector.kind === 'default'
      ? ['the detector', 'default']
      : [
          'the detector',
          `${detector.kind}: ${detector.file}`,
          detector.inputSize === undefined ? 'any px' : `${detector.inputSize} px`,
          'as in the file',
          detector.licence,
          detector.sha256.slice(0, 12),
        ]
  const embedderRows = embedders.map((entry, i) => {
    const name = `embedder ${i + 1} (${Math.round(100 * (weights[i] ?? 0))} %)`
    if (entry.kind === 'default') return [name, 'default']
    return [name, entry.file, `${entry.inputShape.size} px`, 'as in the file', entry.licence, entry.sha256.slice(0, 12)]
  })
  return [detectorRow, ...embedderRows]
}

async function verifyModels(config: Config): Promise<void> {
  const { cacheDir, modelPack, effort } = config
  const { loadDefaultPack } = await import('../model/pack.js')
  const { openPack } = await import('../worker/packs.js')
  const onWarning = (sentence: string) => process.stderr.write(`facecompare: ${sentence}\n`)
  const { models, close } = await loadDefaultPack({ cacheDir, onWarning })
  try {
    printTable(await runBlank(models))
  } finally {
    await close()
  }
  const pack = await openPack({ cacheDir, modelPack, effort, uncalibrated: true, onWarning })
  await pack.close()
  printTable(
    pack.networks.map(({ role, file, inputSize, length }) => {
      const outputs = length === undefined ? 'boxes and points' : `embedding ${length}`
      return [role, file, `${inputSize} px`, outputs, 'ok']
    }),
  )
  const { calibrationProblem } = pack.numbers
  if (calibrationProblem !== undefined)
    print(`The pack ${calibrationProblem}: it can be evaluated and calibrated, not served.`)
  print(`${pack.id} ok`)
}

async function runBlank(models: Models): Promise<readonly (readonly string[])[]> {
  const rows: string[][] = []
  const named: Readonly<Record<string, Model>> = { ...models }
  for (const [name, model] of Object.entries(named)) {
    const { inputSize } = model
    const outputs = await model.run(new Float32Array(3 * inputSize * inputSize), 1)
    const sizes = Object.entries(outputs).map(([output, values]) => `${output} ${values.length}`)
    rows.push([name, 'default', `${inputSize} px`, sizes.join(', '), 'ok'])
  }
  return rows
}

function printTable(rows: readonly (readonly string[])[]): void {
  for (const line of formatTable(rows)) print(`  ${line}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
