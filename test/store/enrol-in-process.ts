// Enrols persons and deletes every third one in a store, until it is killed. Prints a line for each when it is done.
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import { openGallery, templateOf } from '../support/gallery.js'

const [place = '', masterKey = '', prefix = ''] = process.argv.slice(2)
const store = place.startsWith('postgres')
  ? await openPostgresStore({ url: place, masterKey })
  : await openEmbeddedStore({ dataDir: place, masterKey })
const { repository, limits } = openGallery(store).gallery
for (let i = 0; ; i++) {
  const personId = `${prefix}-${i}`
  const face = { template: templateOf(personId) }
  await repository.createPerson(
    '1',
    { personId, groupIds: ['all', prefix], name: '', tag: '', face, faceTag: '' },
    limits,
  )
  process.stdout.write(`made ${personId}\n`)
  if (i % 3 !== 0) continue
  await repository.deletePerson('1', personId)
  process.stdout.write(`deleted ${personId}\n`)
}
