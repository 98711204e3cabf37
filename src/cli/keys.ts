import type { Command } from 'commander'
import { readConfig } from '../config.js'
import type { Store } from '../store/store.js'
import { openStore } from './open-store.js'
import { printJson } from './report.js'

interface JsonOption {
  readonly json?: boolean
}

export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('Makes, lists and revokes keys, also while the service runs.')
  keys
    .command('create')
    .description('Makes a key, and its app where there is none; prints the SecretKey, this once.')
    .option('--appid <appid>', 'the app to make it for (default: a new one)')
    .option('--json', 'print JSON')
    .action((options: JsonOption & { readonly appid?: string }) => withStore((store) => createKey(store, options)))
  keys
    .command('list')
    .description('Lists the keys without their SecretKeys.')
    .option('--appid <appid>', 'only those of this app')
    .option('--json', 'print JSON')
    .action((options: JsonOption & { readonly appid?: string }) => withStore((store) => listKeys(store, options)))
  keys
    .command('revoke')
    .description('Revokes a key at once and for ever.')
    .argument('<SecretId>')
    .option('--json', 'print JSON')
    .action((secretId: string, options: JsonOption) => withStore((store) => revokeKey(store, secretId, options)))
}

async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(readConfig(process.env))
  try {
    await use(store)
  } finally {
    await store.close()
  }
}

async function createKey(store: Store, { appid, json }: JsonOption & { readonly appid?: string }): Promise<void> {
  const existing = appid === undefined ? undefined : await store.findApp(appid)
  const app = existing ?? (await store.createApp(appid === undefined ? {} : { appid }))
  const key = await store.createKey(app.appid)
  if (json) printJson({ appid: key.appid, secretId: key.secretId, secretKey: key.secretKey })
  else process.stdout.write(`appid      ${key.appid}\nSecretId   ${key.secretId}\nSecretKey  ${key.secretKey}\n`)
}

async function listKeys(store: Store, { appid, json }: JsonOption & { readonly appid?: string }): Promise<void> {
  const keys = await store.listKeys(appid)
  if (json) return printJson(keys)
  if (keys.length === 0) process.stdout.write('There are no keys.\n')
  for (const { appid, secretId, createdAt, revokedAt } of keys) {
    const state = revokedAt ? `revoked ${revokedAt.toISOString()}` : 'valid'
    process.stdout.write(`${appid.padEnd(12)} ${secretId}  made ${createdAt.toISOString()}  ${state}\n`)
  }
}

async function revokeKey(store: Store, secretId: string, { json }: JsonOption): Promise<void> {
  if (!(await store.revokeKey(secretId))) throw new Error('There is no such key that is valid.')
  if (json) printJson({ secretId, revoked: true })
  else process.stdout.write(`${secretId} is revoked.\n`)
}
