import type { Command } from 'commander'
import { readConfig } from '../config.js'
import { namingPlace } from './open-store.js'

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('Copies the database of the data folder into a new file, also while the service runs.')
    .argument('<file>', 'the file to make')
    .action(backUp)
}

async function backUp(file: string): Promise<void> {
  const config = readConfig(process.env)
  const { databaseUrl, dataDir } = config
  if (databaseUrl !== undefined) {
    throw new Error('The store is in PostgreSQL (FACECOMPARE_DATABASE_URL): back it up with pg_dump.')
  }
  const { backUpEmbeddedStore } = await import('../store/embedded.js')
  await namingPlace(config, async () => backUpEmbeddedStore(dataDir, file))
  process.stdout.write(`${file} is written. The master key is not in it: keep a copy of that apart.\n`)
}
