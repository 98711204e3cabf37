import type { Command } from 'commander'
import { wholeNumber } from '../config/values.js'
import { readConfig } from '../config.js'
import type { AppLimits, Store } from '../store/store.js'
import { placeOf, withNewStore, withStore } from './open-store.js'
import { optionValue } from './option-value.js'
import { linkToPage } from './page.js'
import { printJson } from './report.js'
import { addRotateMasterCommand } from './rotate-master.js'

interface JsonOption {
  readonly json?: boolean
}

interface ListOptions extends JsonOption {
  readonly appid?: string
}

interface LimitOptions {
  /** `'default'` goes back to the default of the settings. */
  readonly rate?: number | 'default'
  /** 0 is none. */
  readonly quota?: number
}

const MOST_CALLS_PER_SECOND = 1_000_000
const MOST_CALLS_A_MONTH = 1_000_000_000_000

export function addKeysCommand(program: Command): void {
  const keys = program
    .command('keys')
    .description('Makes, lists and revokes keys, and rotates the master key, also while the service runs.')
  const create = keys
    .command('create')
    .description('Makes a key, and its app where there is none; prints the SecretKey, this once.')
    .option('--appid <appid>', 'the app to make it for (default: a new one)')
  addLimitOptions(create)
    .option('--link [url]', 'print a link, too, that opens the page of the service at that url with the key in it')
    .option('--json', 'print JSON')
    .action((options: CreateOptions) => withNewStore(readConfig(process.env), (store) => createKey(store, options)))
  const limits = keys.command('limits').description('Shows the limits of an app, and changes them.').argument('<appid>')
  addLimitOptions(limits)
    .option('--json', 'print JSON')
    .action((appid: string, options: JsonOption & LimitOptions) =>
      withStore(readConfig(process.env), (store) => changeLimits(store, appid, options)),
    )
  keys
    .command('list')
    .description('Lists the keys without their SecretKeys.')
    .option('--appid <appid>', 'only those of this app')
    .option('--json', 'print JSON')
    .action((options: ListOptions) => {
      const config = readConfig(process.env)
      return withStore(config, (store) => listKeys(store, options, placeOf(config)))
    })
  keys
    .command('revoke')
    .description('Revokes a key at once and for ever.')
    .argument('<SecretId>')
    .option('--json', 'print JSON')
    .action((secretId: string, options: JsonOption) =>
      withStore(readConfig(process.env), (store) => revokeKey(store, secretId, options)),
    )
  addRotateMasterCommand(keys)
}

interface CreateOptions extends JsonOption, LimitOptions {
  readonly appid?: string
  /** `true` is the url of a service with the same settings on this machine. */
  readonly link?: string | true
}

function addLimitOptions(command: Command): Command {
  return command
    .option('--quota <calls>', 'successful calls that the app may make in a month (UTC); 0 for no quota', parseQuota)
    .option(
      '--rate <calls>',
      'calls a second of the app; 0 for no limit, "default" for that of the settings',
      parseRate,
    )
}

const parseQuota = optionValue(wholeNumber(0, MOST_CALLS_A_MONTH))
const parseCalls = optionValue(wholeNumber(0, MOST_CALLS_PER_SECOND))
const parseRate = (text: string): number | 'default' => (text === 'default' ? text : parseCalls(text))

function toAppLimits({ rate, quota }: LimitOptions): AppLimits {
  return {
    ...(rate === undefined ? {} : { callsPerSecond: rate === 'default' ? null : rate }),
    ...(quota === undefined ? {} : { monthlyQuota: quota === 0 ? null : quota }),
  }
}

async function changeLimits(store: Store, appid: string, options: JsonOption & LimitOptions): Promise<void> {
  if (!(await store.setLimits(appid, toAppLimits(options)))) throw new Error('There is no such app.')
  const app = await store.findApp(appid)
  if (options.json) return printJson({ appid, rate: app?.callsPerSecond ?? null, quota: app?.monthlyQuota ?? null })
  const rate = app?.callsPerSecond === 0 ? 'no limit' : (app?.callsPerSecond ?? 'that of the settings')
  process.stdout.write(`calls a second  ${rate}\ncalls a month   ${app?.monthlyQuota ?? 'no quota'}\n`)
}

async function createKey(store: Store, options: CreateOptions): Promise<void> {
  const { appid, json, link } = options
  const existing = appid === undefined ? undefined : await store.findApp(appid)
  const app = existing ?? (await store.createApp(appid === undefined ? {} : { appid }))
  await store.setLimits(app.appid, toAppLimits(options))
  const key = await store.createKey(app.appid)
  const page = link === undefined ? undefined : linkToPage(link === true ? localUrl() : link, key)
  if (json) return printJson({ appid: key.appid, secretId: key.secretId, secretKey: key.secretKey, link: page })
  process.stdout.write(`appid      ${key.appid}\nSecretId   ${key.secretId}\nSecretKey  ${key.secretKey}\n`)
  if (page !== undefined) process.stdout.write(`link       ${page}\n`)
}

/** Where the service is reached from this machine with the settings of this command. */
function localUrl(): string {
  const { host, port, tlsCert } = readConfig(process.env)
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const scheme = tlsCert === undefined ? 'http' : 'https'
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`
}

async function listKeys(store: Store, { appid, json }: ListOptions, place: string): Promise<void> {
  const keys = await store.listKeys(appid)
  if (json) return printJson(keys)
  if (keys.length === 0)
    process.stdout.write(`There are no keys${appid === undefined ? '' : ' of this app'} in ${place}.\n`)
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
