import { type Command, Option } from 'commander'
import { type Config, readConfig } from '../config.js'
import { EFFORTS, type Effort } from '../pipeline/effort.js'

/** What a command line may say of the engine; it goes before the environment. */
export interface EngineFlags {
  readonly pack?: string
  readonly effort?: Effort
}

export function addPackOption(command: Command): void {
  command.option(
    '--pack <folder>',
    'use the model pack in this folder (default: FACECOMPARE_MODEL_PACK, or the default pack)',
  )
}

export function addEffortOption(command: Command): void {
  const option = new Option(
    '--effort <level>',
    'how much work goes into one face (default: FACECOMPARE_EFFORT, or default)',
  )
  command.addOption(option.choices(EFFORTS))
}

/** The settings, with what the command line says. Throws one ConfigError with every problem of the environment. */
export function readEngineConfig({ pack, effort }: EngineFlags): Config {
  const config = readConfig(process.env)
  return Object.freeze({ ...config, modelPack: pack ?? config.modelPack, effort: effort ?? config.effort })
}
