import type { Command } from 'commander'
import { computeSignature } from '../auth/signature.js'
import { wholeNumber } from '../config/values.js'
import { readConfig } from '../config.js'
import { placeOf, withStore } from './open-store.js'
import { optionValue } from './option-value.js'

interface SignOptions {
  readonly appid?: string
  readonly secretId?: string
  readonly secretKey?: string
  readonly bucket: string
  readonly seconds: number
  readonly once?: string
}

export function addSignCommand(program: Command): void {
  program
    .command('sign')
    .description('Prints a signature for the Authorization header, made with a key of the store or with the one given.')
    .option('--appid <appid>', 'sign for this app (default: the app of the newest key)')
    .option('--secret-id <id>', 'sign with this key (default: the newest key)')
    .option('--secret-key <key>', 'the SecretKey, where the key is not in the store; needs --appid and --secret-id')
    .option('--bucket <name>', 'the bucket to name in the signature', '')
    .option('--seconds <n>', 'how long it is valid', optionValue(wholeNumber(1)), 3600)
    .option('--once <fileid>', 'a single-use signature bound to this file id')
    .action(async (options: SignOptions) => {
      process.stdout.write(`${await sign(options)}\n`)
    })
}

async function sign(options: SignOptions): Promise<string> {
  const { appid, secretId, secretKey } = await findCredential(options)
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature(
    {
      appid,
      secretId,
      bucket: options.bucket,
      issuedAt,
      expiresAt: options.once === undefined ? issuedAt + options.seconds : 0,
      fileId: options.once ?? '',
    },
    secretKey,
  )
}

async function findCredential({ appid, secretId, secretKey }: SignOptions) {
  if (secretKey !== undefined) {
    if (appid === undefined || secretId === undefined) throw new Error('--secret-key needs --appid and --secret-id.')
    return { appid, secretId, secretKey }
  }
  const config = readConfig(process.env)
  return withStore(config, async (store) => {
    const usable = (await store.listKeys(appid)).filter((key) => !key.revokedAt)
    const wanted = secretId === undefined ? usable.at(-1) : usable.find((key) => key.secretId === secretId)
    const found = wanted && (await store.findKey(wanted.secretId))
    if (!found) {
      const place = placeOf(config)
      throw new Error(`There is no such key that is valid in ${place}; "facecompare keys list" shows what there is.`)
    }
    return found
  })
}
