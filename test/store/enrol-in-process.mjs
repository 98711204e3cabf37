// Enrols persons and deletes every third one in a store, until it is killed. Prints a line for each when it is done.
import { openEmbeddedStore } from '../../dist/store/embedded.js'
import { openPostgresStore } from '../../dist/store/postgres.js'

const [place = '', masterKey = '', prefix = '', packId = ''] = process.argv.slice(2)
const store = place.startsWith('postgres')
  ? await openPostgresStore({ url: place, masterKey })
  : await openEmbeddedStore({ dataDir: place, masterKey })
const { repository } = store.openGallery({ encryptTemplates: true })
const limits = { maxGroups: 5000, maxPersonsPerGroup: 20_000, maxFacesPerPerson: 20 }
for (let i = 0; ; i++) {
  const personId = `${prefix}-${i}`
  // A direction for each number.
  const embedding = Float32Array.of(Math.cos(i), Math.sin(i))
  const template = { packId, embedding, cohort: { gain: 1.01, offset: 0.02, centre: 0.03 } }
  await repository.createPerson(
    '1',
    { personId, groupIds: ['all', prefix], name: '', tag: '', face: { template }, faceTag: '' },
    limits,
  )
  process.stdout.write(`made ${personId}\n`)
  if (i % 3 !== 0) continue
  await repository.deletePerson('1', personId)
  process.stdout.write(`deleted ${personId}\n`)
}
