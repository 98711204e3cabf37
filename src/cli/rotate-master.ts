import type { Command } from 'commander'
import { type Config, readConfig } from '../config.js'
import { createMasterKey } from '../store/secret-box.js'
import { withStore } from './open-store.js'
import { printJson } from './report.js'

interface RotateOptions {
  readonly stdin?: boolean
  readonly json?: boolean
}

export function addRotateMasterCommand(keys: Command): void {
  keys
    .command('rotate-master')
    .description(
      'Encrypts all SecretKeys anew under another master key, also while services run (docs/operations.md). ' +
        'The new key is made when a key file is in use; else it is FACECOMPARE_MASTER_KEY_NEXT, or read with --stdin.',
    )
    .option('--stdin', 'read the new master key from standard input')
    .option('--json', 'print JSON')
    .action(rotateMaster)
}

async function rotateMaster(options: RotateOptions): Promise<void> {
  const config = readConfig(process.env)
  const isKeyFile = config.masterKey === undefined
  const masterKeyNext = isKeyFile ? makeNextKey(options) : await readNextKey(config, options)
  const secretKeys = await withStore({ ...config, masterKeyNext }, (store) => store.rotateMasterKey(masterKeyNext))
  if (options.json) printJson({ secretKeys: secretKeys ?? 0, wasDone: secretKeys === undefined })
  else process.stdout.write(`${describe(secretKeys)}\n${isKeyFile ? AFTER_KEY_FILE : AFTER_SETTING}\n`)
}

const AFTER_KEY_FILE =
  'The new master key is in master.key in the data folder, and running services take it by themselves. Back it up together\n' +
  'with the database: older backups need the older key.'
const AFTER_SETTING =
  'Now set FACECOMPARE_MASTER_KEY to the new key wherever it is set, take FACECOMPARE_MASTER_KEY_NEXT away, and restart one\n' +
  'service after the other. Keep the older key for as long as you keep backups of the database from before.'

function describe(secretKeys: number | undefined): string {
  if (secretKeys === undefined) return 'The store was under this master key already; nothing was changed.'
  return `${secretKeys} SecretKey${secretKeys === 1 ? ' is' : 's are'} encrypted with the new master key.`
}

function makeNextKey({ stdin }: RotateOptions): string {
  if (stdin) throw new Error('The master key is in the key file, for which a new one is made: none is read.')
  return createMasterKey()
}

async function readNextKey({ masterKeyNext }: Config, { stdin }: RotateOptions): Promise<string> {
  if (stdin && masterKeyNext !== undefined) {
    throw new Error('Give the new master key once: as FACECOMPARE_MASTER_KEY_NEXT or with --stdin.')
  }
  if (stdin) return (await readAll(process.stdin)).trim()
  if (masterKeyNext !== undefined) return masterKeyNext
  throw new Error('Give the new master key as FACECOMPARE_MASTER_KEY_NEXT, or with --stdin on standard input.')
}

async function readAll(input: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const chunk of input) text += String(chunk)
  return text
}
