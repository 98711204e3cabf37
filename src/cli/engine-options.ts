import type { Command } from 'commander'
import { type Config, readConfig } from '../config.js'

/** What a command line may say of the engine; it goes before the environment. */
export interface EngineFlags {
  readonly pack?: string
}

export function addPackOption(command: Command): void {
  command.option(
    '--pack <folder>',
    'use the model pack in this folder (default: FACECOMPARE_MODEL_PACK, or the default pack)',
  )
}

/** The settings, with what the command line says. Throws one ConfigError with every problem of the environment. */
export function readEngineConfig({ pack }: EngineFlags): Config {
  const config = readConfig(process.env)
  return Object.freeze({ ...config, modelPack: pack ?? config.modelPack })
}
