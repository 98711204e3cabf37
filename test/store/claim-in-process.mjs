// One of several processes that open the store of a folder and then, all at the same time, claim the signatures 0 to
// count - 1. Prints JSON: what it was granted, and the SecretKey that it reads of a key that each of them puts.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openEmbeddedStore } from '../../dist/store/embedded.js'

const [dataDir = '', meetingFolder = '', processes = '1', count = '0'] = process.argv.slice(2)

async function meet(name) {
  writeFileSync(join(meetingFolder, `${name}-${process.pid}`), '')
  const isThere = (file) => file.startsWith(`${name}-`)
  while (readdirSync(meetingFolder).filter(isThere).length < Number(processes)) await sleep(2)
}

await meet('started')
const store = await openEmbeddedStore({ dataDir })
await store.putKey({ appid: '1', secretId: 'AKIDshared', secretKey: 'shared by all of them' })
await meet('opened')
const at = Math.floor(Date.now() / 1000) + 900
const granted = []
for (let id = 0; id < Number(count); id++) {
  if (await store.claimSignature(String(id), at)) granted.push(id)
}
const key = await store.findKey('AKIDshared')
await store.close()
process.stdout.write(JSON.stringify({ granted, secretKey: key?.secretKey }))
