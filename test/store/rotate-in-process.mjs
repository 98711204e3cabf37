// Puts the store of a folder under one new master key after the other, until it is killed. Prints a line when it begins.
import { openEmbeddedStore } from '../../dist/store/embedded.js'
import { createMasterKey } from '../../dist/store/secret-box.js'

const [dataDir = ''] = process.argv.slice(2)
const store = await openEmbeddedStore({ dataDir })
process.stdout.write('begins\n')
for (;;) await store.rotateMasterKey(createMasterKey())
